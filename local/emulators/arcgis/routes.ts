import { restUser } from './access.ts';
import { adminResource } from './admin-api.ts';
import { type ArcgisRequest, field } from './arcgis-request.ts';
import { CURRENT_VERSION, FULL_VERSION } from './catalogue.ts';
import { hostedResource } from './hosted-resources.ts';
import { communitySelf, communityUser, portalInfo, portalRoot, portalSelf, portalServers } from './portal.ts';
import { authorize, signIn } from './portal-sign-in.ts';
import { adminEnvelope, htmlPage, invalidUrl, json, Refusal, type Reply, restEnvelope } from './replies.ts';
import { serviceResource } from './service-resources.ts';
import type { Site } from './site.ts';
import { portalToken, serverToken } from './token-endpoints.ts';

// `/tokens/` is what `tokenServicesUrl` names.
const SERVER_TOKEN_PATHS = ['arcgis/tokens', 'arcgis/tokens/generateToken'];

/** What the site answers: pages, unless JSON was asked for. */
export function answer(site: Site, request: ArcgisRequest): Reply {
  const reply = refusable(site, request);
  const format = field(request, 'f');
  if (reply.kind === 'raw' || format === 'json' || format === 'pjson') return reply;
  return htmlPage(200, JSON.stringify(reply.value, undefined, 2));
}

function refusable(site: Site, request: ArcgisRequest): Reply {
  const [root, area, ...rest] = request.segments;
  const isAdmin = root === 'arcgis' && area === 'admin';
  try {
    if (request.method !== 'GET' && request.method !== 'POST') throw new Refusal(405, 'Method not allowed');
    if (root === 'portal' && site.portalUrl !== undefined) return portalResource(site, request);
    if (root === 'tiles' && site.hosted) return hostedResource(site, site.hosted, request);
    return isAdmin ? adminResource(site, request, rest) : restResource(site, request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return isAdmin ? adminEnvelope(error) : restEnvelope(error);
  }
}

function restResource(site: Site, request: ArcgisRequest): Reply {
  const path = request.segments.join('/');
  if (SERVER_TOKEN_PATHS.includes(path)) return serverToken(site, request);
  if (path === 'arcgis/rest/info') return restInfo(site);
  if (path === 'arcgis/rest/info/healthcheck') return json({ success: true });
  const [root, area, resource, ...rest] = request.segments;
  if (root !== 'arcgis' || area !== 'rest' || resource !== 'services') throw invalidUrl();
  return serviceResource(site, request, rest, restUser(site.tokens, request));
}

function portalResource(site: Site, request: ArcgisRequest): Reply {
  const path = request.segments.slice(1).join('/');
  const [, user] = /^sharing\/rest\/community\/users\/([^/]+)$/.exec(path) ?? [];
  if (user !== undefined) return communityUser(site, request, user);
  switch (path) {
    case 'sharing/rest':
      return portalRoot();
    case 'sharing/rest/info':
      return portalInfo(site);
    case 'sharing/rest/generateToken':
      return portalToken(site, request);
    case 'sharing/rest/oauth2/authorize':
      return authorize(site, request);
    case 'sharing/oauth2/signin':
      return signIn(site, request);
    case 'sharing/rest/community/self':
      return communitySelf(site, request);
    case 'sharing/rest/portals/self':
      return portalSelf(site, request);
    case 'sharing/rest/portals/self/servers':
      return portalServers(site, request);
    default:
      throw invalidUrl();
  }
}

function restInfo({ url, portalUrl, tokenLifeMinutes }: Site): Reply {
  const tokenServicesUrl = portalUrl === undefined ? `${url}/tokens/` : `${portalUrl}/sharing/rest/generateToken`;
  return json({
    currentVersion: CURRENT_VERSION,
    fullVersion: FULL_VERSION,
    ...(portalUrl !== undefined && { owningSystemUrl: portalUrl }),
    authInfo: { isTokenBasedSecurity: true, tokenServicesUrl, shortLivedTokenValidity: tokenLifeMinutes },
  });
}
