import { restUser } from './access.ts';
import { type ArcgisRequest, field } from './arcgis-request.ts';
import { json, type Reply } from './replies.ts';
import type { Site } from './site.ts';

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

/** The account that signed in, as Esri's own client asks for it. */
export function communitySelf({ tokens }: Site, request: ArcgisRequest): Reply {
  const { username, role } = restUser(tokens, request);
  const portalRoles = { administrator: 'org_admin', publisher: 'org_publisher', viewer: 'org_user' };
  return json({ username, fullName: username, role: portalRoles[role], privileges: [], groups: [] });
}

/** The portal itself; readable without signing in. */
export function portalSelf({ tokens }: Site, request: ArcgisRequest): Reply {
  const signedIn = field(request, 'token') !== undefined;
  return json({
    id: '0123456789ABCDEF',
    name: 'Emulated portal',
    isPortal: true,
    authorizedCrossOriginDomains: [],
    ...(signedIn && { user: { username: restUser(tokens, request).username } }),
  });
}
