import type { ArcgisRequest } from './arcgis-request.ts';
import { Refusal } from './replies.ts';
import type { Tokens, User } from './tokens.ts';

/** Who calls a REST resource: the token may be in the body, in a header or in the query of a GET. */
export function restUser(tokens: Tokens, request: ArcgisRequest): User {
  const value = restToken(request);
  if (!value) throw new Refusal(499, 'Token Required');
  return tokens.check(value, request.headers.referer).user;
}

/** Whether a call of a REST resource has a token at all. */
export function hasToken(request: ArcgisRequest): boolean {
  return restToken(request) !== undefined;
}

/**
 * Who calls the Admin API. Esri's page wants the token of a POST in its body; Esri's Python client 2.4.4 sends it in the
 * header `X-Esri-Authorization` alone. Nothing is known of a plain `Authorization` there.
 */
export function adminUser(tokens: Tokens, request: ArcgisRequest): User {
  const isPost = request.method === 'POST';
  const value = isPost ? (request.form['token'] ?? esriBearer(request)) : (bearer(request) ?? request.query['token']);
  if (!value || (isPost && request.query['token'] !== undefined)) {
    throw new Refusal(499, "Unauthorized access. Token not found. Generate one with the 'generateToken' operation.");
  }
  const { user } = tokens.check(value, request.headers.referer);
  if (user.role === 'viewer') throw new Refusal(403, 'Unauthorized access. Administrator or publisher role required.');
  return user;
}

function restToken(request: ArcgisRequest): string | undefined {
  const inQuery = request.method === 'GET' ? request.query['token'] : undefined;
  return request.form['token'] ?? bearer(request) ?? inQuery;
}

function bearer(request: ArcgisRequest): string | undefined {
  return esriBearer(request) ?? tokenIn(request.headers.authorization);
}

function esriBearer({ headers }: ArcgisRequest): string | undefined {
  return tokenIn(headers['x-esri-authorization']);
}

function tokenIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined;
}
