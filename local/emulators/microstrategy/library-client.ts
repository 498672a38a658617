import assert from 'node:assert/strict';
import type { Account } from './accounts.ts';
import type { MicrostrategyEmulator } from './microstrategy-emulator.ts';

/** A session as a browser would hold it: the token, and every cookie of every answer. Proves the emulator, not our client. */
export class LibraryClient {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  token = '';

  constructor({ url }: { readonly url: string }) {
    this.#url = url;
  }

  async send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== '') headers.set('X-MSTR-AuthToken', this.token);
    if (this.cookies.size > 0) headers.set('Cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(this.#url + path, { ...init, method, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
    this.token = response.headers.get('X-MSTR-AuthToken') ?? this.token;
    return response;
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.send('POST', path, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  }

  purge(projectId: string, cacheType = 'element'): Promise<Response> {
    return this.send('DELETE', `/api/monitors/projects/${projectId}/caches/${cacheType}`);
  }
}

/** A client that has logged in, as the administrator if nobody else is asked for. */
export async function logIn(
  emulator: MicrostrategyEmulator,
  account: Account = emulator.accounts.admin,
): Promise<LibraryClient> {
  const client = new LibraryClient(emulator);
  const { loginMode, username, password } = account;
  const response = await client.post('/api/auth/login', { loginMode, username, password });
  assert.equal(response.status, 204);
  return client;
}

/** What a refusal says, without its ticket, whose form is checked here. */
export async function refusalOf(response: Response): Promise<[number, string, number?]> {
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string');
  assert.ok('message' in body && typeof body.message === 'string');
  assert.ok('ticketId' in body && typeof body.ticketId === 'string' && /^[0-9a-f]{32}$/.test(body.ticketId));
  const iServerCode = 'iServerCode' in body ? Number(body.iServerCode) : undefined;
  return iServerCode === undefined ? [response.status, body.code] : [response.status, body.code, iServerCode];
}
