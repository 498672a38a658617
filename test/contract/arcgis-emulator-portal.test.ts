import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { postForm } from '../../local/emulators/arcgis/emulator-caller.ts';

// The pages of a portal that Esri's Python client (PyPI `arcgis` 2.4.4) asks for while it signs in with name and password.

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

describe('the portal of a federated ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let now: number;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 15);
    emulator = await startArcgisEmulator({ federated: true, now: () => now, tokenLifeMinutes: 90 });
  });
  afterEach(() => emulator.close());

  const authorize = async (fields: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      response_type: 'token',
      client_id: 'pythonapi',
      redirect_uri: OUT_OF_BAND,
      state: 'of-the-client',
      expiration: '600',
      ...fields,
    });
    return (await fetch(`${emulator.portalUrl}/sharing/rest/oauth2/authorize?${query}`)).text();
  };
  const oauthState = (page: string): string => {
    const [, state] = /"oauth_state":"([^"]+)"/.exec(page) ?? [];
    assert.ok(state);
    return state;
  };
  const signIn = (state: string, password: string, username = emulator.username) =>
    fetch(`${emulator.portalUrl}/sharing/oauth2/signin`, {
      method: 'POST',
      body: new URLSearchParams({ expiration: '600', oauth_state: state, username, password }),
      redirect: 'manual',
    });
  const tokenFor = async (account: 'siteadmin' | 'publisher' | 'viewer') => {
    const { username, password } = emulator.tokens.users[account];
    const { headers } = await signIn(oauthState(await authorize()), password, username);
    return new URLSearchParams(headers.get('location')?.split('#')[1]).get('access_token') ?? '';
  };
  const read = async (path: string, token: string) => {
    const headers = { 'X-Esri-Authorization': `Bearer ${token}` };
    return (await fetch(`${emulator.portalUrl}/sharing/rest${path}?f=json`, { headers })).json();
  };

  it('leads back to the client with a token, the state, and its life in seconds', async () => {
    const page = await authorize({ redirect_uri: new URL(emulator.url).origin });
    const response = await signIn(oauthState(page), emulator.password);

    const [address, fragment] = response.headers.get('location')?.split('#') ?? [];
    const { access_token, ...rest } = Object.fromEntries(new URLSearchParams(fragment));
    assert.equal(response.status, 302);
    assert.equal(address, new URL(emulator.url).origin);
    assert.deepEqual(rest, { expires_in: '5400', username: 'siteadmin', ssl: 'false', state: 'of-the-client' });
    assert.ok(access_token);
  });

  it('hands out a token that is bound to no Referer, and ends', async () => {
    const headers = { 'X-Esri-Authorization': `Bearer ${await tokenFor('siteadmin')}` };
    const body = new URLSearchParams({ f: 'json' });
    const call = async (path: string, init = {}) =>
      (await fetch(`${emulator.url}${path}`, { headers, ...init })).json();

    const listed = await call('/rest/services?f=json');
    const cleared = await call('/admin/system/handlers/rest/cache/clear', { method: 'POST', body });
    now += 91 * 60_000;
    const expired = await call('/rest/services?f=json');

    assert.partialDeepStrictEqual(listed, { currentVersion: 11.3 });
    assert.deepEqual(cleared, { status: 'success' });
    assert.partialDeepStrictEqual(expired, { error: { code: 498 } });
  });

  it('shows its page again after a wrong password, says why, and lets no page be used twice', async () => {
    const state = oauthState(await authorize());

    const refused = await signIn(state, 'wrong');
    const page = await refused.text();
    const again = await signIn(state, emulator.password);
    const fresh = await signIn(oauthState(page), emulator.password);

    assert.match(page, /"code":"OAUTH_0015","messages":\["Invalid username or password\."\]/);
    assert.deepEqual([refused.status, again.status, fresh.status], [200, 200, 302]);
  });

  for (const [field, value] of [
    ['redirect_uri', 'https://elsewhere.example'],
    ['client_id', 'unknown'],
    ['response_type', 'code'],
    ['expiration', '0'],
  ] as const) {
    it(`shows no page for ${field} ${value}`, async () => {
      const page = await authorize({ [field]: value });

      assert.doesNotMatch(page, /oauth_state/);
      assert.match(page, field === 'response_type' ? /response_type/ : new RegExp(`Invalid ${field}`));
    });
  }

  it('says who it is to everybody, and who has signed in to those who have', async () => {
    const anonymous = Object(await postForm(`${emulator.portalUrl}/sharing/rest/portals/self`, {}));
    const signedIn = await read('/portals/self', await tokenFor('publisher'));
    const root = await read('/', '');

    const host = new URL(emulator.url).host;
    assert.partialDeepStrictEqual(anonymous, { isPortal: true, allSSL: false, portalHostname: `${host}/portal` });
    assert.ok(!('user' in anonymous));
    assert.partialDeepStrictEqual(signedIn, { user: { username: 'publisher', role: 'org_publisher' } });
    assert.deepEqual(root, { currentVersion: '2024.1', enterpriseVersion: '11.3.0' });
  });

  it('shows an account to itself and to administrators', async () => {
    const [admin, publisher] = [await tokenFor('siteadmin'), await tokenFor('publisher')];

    const own = await read('/community/users/publisher', publisher);
    const self = await read('/community/self', publisher);
    const byAdmin = await read('/community/users/publisher', admin);
    const refused = await read('/community/users/siteadmin', publisher);
    const unknown = await read('/community/users/nobody', admin);

    assert.partialDeepStrictEqual(own, { username: 'publisher', role: 'org_publisher' });
    assert.deepEqual([self, byAdmin], [own, own]);
    assert.partialDeepStrictEqual(refused, { error: { code: 403 } });
    assert.partialDeepStrictEqual(unknown, { error: { code: 400 } });
  });

  it('lists the site that it owns, to those who signed in', async () => {
    const servers = await read('/portals/self/servers', await tokenFor('siteadmin'));
    const anonymous = await postForm(`${emulator.portalUrl}/sharing/rest/portals/self/servers`, {});

    assert.partialDeepStrictEqual(servers, { servers: [{ url: emulator.url, adminUrl: emulator.url }] });
    assert.partialDeepStrictEqual(anonymous, { error: { code: 499 } });
  });

  it('is not there on a stand-alone site, under any address', async () => {
    const standAlone = await startArcgisEmulator();
    const origin = new URL(standAlone.url).origin;
    const paths = ['portal/sharing/rest', 'arcgis/sharing/rest/portals/self', 'arcgis/sharing/rest/generateToken'];

    const replies = await Promise.all(paths.map((path) => postForm(`${origin}/${path}`, {})));

    await standAlone.close();
    for (const reply of replies) assert.partialDeepStrictEqual(reply, { error: { code: 400, message: 'Invalid URL' } });
  });
});
