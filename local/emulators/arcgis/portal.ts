import { hasToken, restUser } from './access.ts';
import type { ArcgisRequest } from './arcgis-request.ts';
import { FULL_VERSION } from './catalogue.ts';
import { json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';
import type { User } from './tokens.ts';

/** What the portal of 11.3 calls its own API's version. */
const API_VERSION = '2024.1';
const ORG_ID = '0123456789ABCDEF';

/** `<portal>/sharing/rest/info`: where the portal hands out its tokens. */
export function portalInfo({ portalUrl, tokenLifeMinutes }: Site): Reply {
  return json({
    owningSystemUrl: portalUrl,
    authInfo: {
      isTokenBasedSecurity: true,
      tokenServicesUrl: `${portalUrl}/sharing/rest/generateToken`,
      shortLivedTokenValidity: tokenLifeMinutes,
    },
  });
}

/** `<portal>/sharing/rest`: the versions of the portal's API and of the whole. */
export function portalRoot(): Reply {
  return json({ currentVersion: API_VERSION, enterpriseVersion: FULL_VERSION });
}

/** `<portal>/sharing/rest/community/self`: the account that signed in. */
export function communitySelf({ tokens }: Site, request: ArcgisRequest): Reply {
  return json(userJson(restUser(tokens, request)));
}

/** `<portal>/sharing/rest/community/users/<name>`: for that user, and for administrators. */
export function communityUser({ tokens }: Site, request: ArcgisRequest, name: string): Reply {
  const caller = restUser(tokens, request);
  const user = Object.values(tokens.users).find(({ username }) => username === name);
  if (!user) throw new Refusal(400, 'User does not exist or is inaccessible.');
  if (user !== caller && caller.role !== 'administrator') {
    throw new Refusal(403, 'You do not have permissions to access this resource or perform this operation.');
  }
  return json(userJson(user));
}

/** By which Esri's Python client knows ArcGIS Online. */
const ONLINE = {
  name: 'Emulated organization',
  portalName: 'ArcGIS Online',
  portalMode: 'multitenant',
  isPortal: false,
};

/** `<portal>/sharing/rest/portals/self`: readable without signing in; says who has. */
export function portalSelf({ tokens, portalUrl = '', hosted }: Site, request: ArcgisRequest): Reply {
  const { host, protocol, pathname } = new URL(portalUrl);
  return json({
    id: ORG_ID,
    name: 'Emulated portal',
    portalName: 'Emulated portal',
    portalHostname: `${host}${pathname}`.replace(/\/$/, ''),
    portalMode: 'singletenant',
    isPortal: true,
    ...(hosted && ONLINE),
    allSSL: protocol === 'https:',
    currentVersion: API_VERSION,
    enterpriseVersion: FULL_VERSION,
    authorizedCrossOriginDomains: [],
    ...(hasToken(request) && { user: userJson(restUser(tokens, request)) }),
  });
}

/** `<portal>/sharing/rest/portals/self/servers`: the site is the only one that the portal owns. */
export function portalServers({ tokens, url }: Site, request: ArcgisRequest): Reply {
  restUser(tokens, request);
  const server = {
    id: 'EzbP0KZKrzn5guAh',
    name: new URL(url).host,
    url,
    adminUrl: url,
    isHosted: false,
    serverKey: null,
    serverType: 'ArcGIS',
    serverRole: 'FEDERATED_SERVER',
    serverFunction: '',
  };
  return json({ servers: [server] });
}

function userJson({ username, role }: User): object {
  const portalRoles = { administrator: 'org_admin', publisher: 'org_publisher', viewer: 'org_user' };
  return { username, fullName: username, orgId: ORG_ID, role: portalRoles[role], privileges: [], groups: [] };
}
