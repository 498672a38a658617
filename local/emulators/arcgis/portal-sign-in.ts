import { randomBytes } from 'node:crypto';
import type { ArcgisRequest } from './arcgis-request.ts';
import { Refusal, type Reply } from './replies.ts';
import type { BegunSignIn, Site } from './site.ts';

/** What Esri's Python client calls itself; every portal knows it. */
const CLIENT_ID = 'pythonapi';
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';
const DEFAULT_MINUTES = 120;

/** `<portal>/sharing/rest/oauth2/authorize`: the page of the OAuth implicit grant that asks for name and password. */
export function authorize(site: Site, { method, query }: ArcgisRequest): Reply {
  if (method !== 'GET') throw new Refusal(405, 'This operation is only supported via GET.');
  if (query['client_id'] !== CLIENT_ID) throw new Refusal(400, 'Invalid client_id');
  if (query['response_type'] !== 'token') throw new Refusal(400, 'Only response_type=token is emulated.');
  const redirectUri = query['redirect_uri'] ?? '';
  const ours = [OUT_OF_BAND, ...[site.url, site.portalUrl ?? site.url].map((url) => new URL(url).origin)];
  if (!ours.includes(redirectUri)) throw new Refusal(400, 'Invalid redirect_uri');
  const minutes = Number(query['expiration'] ?? DEFAULT_MINUTES);
  if (!(minutes > 0)) throw new Refusal(400, 'Invalid expiration');
  return signInPage(site, { redirectUri, minutes, state: query['state'] });
}

/** `<portal>/sharing/oauth2/signin`: what the page sends; a right password leads back to the client with a token. */
export function signIn(site: Site, { method, form }: ArcgisRequest): Reply {
  if (method !== 'POST') throw new Refusal(405, 'This operation is only supported via POST.');
  const begun = site.signIns.get(form['oauth_state'] ?? '');
  if (!begun) throw new Refusal(400, 'Invalid oauth_state');
  site.signIns.delete(form['oauth_state'] ?? '');
  const user = site.tokens.findUser(form['username'] ?? '', form['password'] ?? '');
  if (!user) return signInPage(site, begun, { code: 'OAUTH_0015', messages: ['Invalid username or password.'] });
  const { value, expiresAt } = site.tokens.issue(user, begun.minutes, undefined, true);
  const fragment = new URLSearchParams({
    access_token: value,
    expires_in: String(Math.floor((expiresAt - site.now()) / 1000)),
    username: user.username,
    ssl: String(site.url.startsWith('https:')),
    ...(begun.state !== undefined && { state: begun.state }),
  });
  const headers = { location: `${begun.redirectUri}#${fragment}` };
  return { kind: 'raw', status: 302, headers, body: '' };
}

/** Clients read the page's `oAuthInfo`. */
function signInPage(site: Site, begun: BegunSignIn, refused: object = {}): Reply {
  const oauthState = randomBytes(32).toString('base64url');
  site.signIns.set(oauthState, begun);
  const info = JSON.stringify({ oauth_state: oauthState, client_id: CLIENT_ID, ...refused });
  const body = `<!DOCTYPE html><html><head><title>Sign In</title><script>
var oAuthInfo = ${info};
</script></head><body></body></html>`;
  return { kind: 'raw', status: 200, headers: { 'content-type': 'text/html;charset=utf-8' }, body };
}
