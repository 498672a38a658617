import { type ArcgisRequest, field } from './arcgis-request.ts';
import { json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';
import type { Token, User } from './tokens.ts';

const DEFAULT_MINUTES = 60;
const LONGEST_UNBOUND_MINUTES = 60;
const SECRET_FIELDS = ['username', 'password', 'token'];

/** `<site>/admin/generateToken`: privileged accounts only. */
export function adminToken(site: Site, request: ArcgisRequest): Reply {
  refuseSecretsInAddress(request);
  const user = signedIn(site, request);
  if (!user || user.role === 'viewer' || !served(site, user)) throw new Refusal(401, 'Invalid username or password.');
  return answer(site.tokens.issue(user, minutes(request), referer(request)));
}

/** `<site>/tokens/generateToken`, also without its last part. */
export function serverToken(site: Site, request: ArcgisRequest): Reply {
  refuseSecretsInAddress(request);
  const user = signedIn(site, request);
  if (!user || !served(site, user)) throw unable('Invalid username or password.');
  return answer(site.tokens.issue(user, minutes(request), referer(request)));
}

/** `<portal>/sharing/rest/generateToken`: takes a token in exchange, too, and says whether the portal wants https. */
export function portalToken(site: Site, request: ArcgisRequest): Reply {
  refuseSecretsInAddress(request);
  const ssl = { ssl: site.url.startsWith('https:') };
  if (request.form['token'] !== undefined) return answer(exchange(site, request, request.form['token']), ssl);
  const user = signedIn(site, request);
  if (!user) throw unable('Invalid username or password.');
  return answer(site.tokens.issue(user, minutes(request), referer(request)), ssl);
}

function exchange({ tokens }: Site, request: ArcgisRequest, value: string): Token {
  if (!field(request, 'serverUrl') && !field(request, 'serverURL')) throw unable("'serverUrl' is missing.");
  const token = tokens.check(value, request.headers.referer);
  return tokens.issue(token.user, minutes(request), token.referer, token.isUnbound);
}

function signedIn({ tokens }: Site, { form }: ArcgisRequest): User | undefined {
  return tokens.findUser(form['username'] ?? '', form['password'] ?? '');
}

/** Once a portal owns the site, the site's own endpoints serve the primary site administrator only. */
function served({ tokens, portalUrl }: Site, user: User): boolean {
  return portalUrl === undefined || user === tokens.users.siteadmin;
}

function referer(request: ArcgisRequest): string | undefined {
  const client = request.form['client'];
  if (client === 'referer' || client === 'referrer' || (client === undefined && request.form['referer'])) {
    if (!request.form['referer']) throw unable("'referer' is missing.");
    return request.form['referer'];
  }
  if (client === 'ip' && !request.form['ip']) throw unable("'ip' is missing.");
  if (client === undefined && minutes(request) > LONGEST_UNBOUND_MINUTES) {
    throw new Refusal(201, 'Exception in generating token', 'Client ID is required for long expiration tokens.');
  }
  if (client !== undefined && client !== 'ip' && client !== 'requestip') throw unable("'client' is not valid.");
  return undefined;
}

function minutes(request: ArcgisRequest): number {
  const wanted = Number(request.form['expiration'] ?? DEFAULT_MINUTES);
  if (!Number.isFinite(wanted) || wanted <= 0) throw unable("'expiration' is not valid.");
  return wanted;
}

function refuseSecretsInAddress(request: ArcgisRequest): void {
  if (SECRET_FIELDS.some((name) => request.query[name] !== undefined)) {
    throw unable('Credentials must be sent in the body of a POST, never in the address.');
  }
  if (request.method !== 'POST') throw unable('This operation is only supported via POST.');
}

function unable(detail: string): Refusal {
  return new Refusal(400, 'Unable to generate token.', [detail]);
}

function answer({ value, expiresAt }: Token, more: object = {}): Reply {
  return json({ token: value, expires: expiresAt, ...more });
}
