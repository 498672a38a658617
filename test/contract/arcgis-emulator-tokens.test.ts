import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { postForm, signIn } from '../../local/emulators/arcgis/emulator-caller.ts';

const NOW = Date.UTC(2026, 0, 15);
const MINUTE_MS = 60_000;
const REFERER = 'https://cache-ops';

describe('the tokens of the ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let account: Record<string, string>;
  let now: number;

  beforeEach(async () => {
    now = NOW;
    emulator = await startArcgisEmulator({ now: () => now, tokenLifeMinutes: 90 });
    account = { username: emulator.username, password: emulator.password, client: 'referer', referer: REFERER };
  });
  afterEach(() => emulator.close());

  for (const path of ['/admin/generateToken', '/tokens/generateToken', '/tokens/', '/tokens']) {
    it(`hands out a token at ${path}, never for longer than the site allows`, async () => {
      const reply = await postForm(emulator.url + path, { ...account, expiration: '20160' });

      assert.partialDeepStrictEqual(reply, { expires: NOW + 90 * MINUTE_MS });
    });
  }

  it('refuses a wrong password inside an HTTP 200, each endpoint with its own envelope', async () => {
    const wrong = { ...account, password: 'wrong' };

    const rest = await postForm(`${emulator.url}/tokens/generateToken`, wrong);
    const admin = await postForm(`${emulator.url}/admin/generateToken`, wrong);

    assert.partialDeepStrictEqual(rest, { error: { code: 400, details: ['Invalid username or password.'] } });
    assert.partialDeepStrictEqual(admin, { status: 'error', code: 401 });
  });

  it('refuses credentials in the address, even beside those in the body', async () => {
    const query = new URLSearchParams({ password: emulator.password });

    const reply = await postForm(`${emulator.url}/tokens/generateToken?${query}`, account);

    assert.partialDeepStrictEqual(reply, { error: { code: 400, message: 'Unable to generate token.' } });
  });

  it('refuses a long life without a client, with its details as one text', async () => {
    const { username = '', password = '' } = account;

    const reply = await postForm(`${emulator.url}/tokens/`, { username, password, expiration: '600' });

    assert.partialDeepStrictEqual(reply, {
      error: { code: 201, details: 'Client ID is required for long expiration tokens.' },
    });
  });

  it('refuses a viewer at the endpoint of the Admin API', async () => {
    const { username, password } = emulator.tokens.users.viewer;

    const reply = await postForm(`${emulator.url}/admin/generateToken`, { ...account, username, password });

    assert.partialDeepStrictEqual(reply, { status: 'error', code: 401 });
  });

  it('answers with a page when no JSON is asked for', async () => {
    const body = new URLSearchParams(account);

    const response = await fetch(`${emulator.url}/tokens/`, { method: 'POST', body });

    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  });

  it('refuses a token under another Referer or under none', async () => {
    const { token } = await signIn(emulator);

    const other = await postForm(`${emulator.url}/rest/services`, { token }, `${REFERER}:443`);
    const none = await fetch(`${emulator.url}/rest/services?f=json&token=${token}`);

    assert.partialDeepStrictEqual(other, { error: { code: 498 } });
    assert.partialDeepStrictEqual(await none.json(), { error: { code: 498 } });
  });

  it('takes a token that is bound to an address under any Referer', async () => {
    const { username = '', password = '' } = account;
    const reply = await postForm(`${emulator.url}/tokens/`, { username, password, client: 'requestip' });
    assert.ok(typeof reply === 'object' && reply !== null && 'token' in reply);

    const services = await postForm(`${emulator.url}/rest/services`, { token: String(reply.token) }, 'https://any');

    assert.partialDeepStrictEqual(services, { currentVersion: 11.3 });
  });

  it('refuses a token once it has expired, in both envelopes', async () => {
    const caller = await signIn(emulator);
    now += 60 * MINUTE_MS;

    const rest = await caller.post('/rest/services');
    const admin = await caller.post('/admin/services');

    assert.partialDeepStrictEqual(rest, { error: { code: 498 } });
    assert.partialDeepStrictEqual(admin, { status: 'error', code: 498 });
  });

  for (const header of ['authorization', 'x-esri-authorization']) {
    it(`reads the token of a GET from the header ${header}`, async () => {
      const { token } = await signIn(emulator);
      const headers = { referer: REFERER, [header]: `Bearer ${token}` };

      const response = await fetch(`${emulator.url}/rest/services?f=json`, { headers });

      assert.partialDeepStrictEqual(await response.json(), { currentVersion: 11.3 });
    });
  }
});

describe('the tokens of a federated ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let account: Record<string, string>;

  beforeEach(async () => {
    emulator = await startArcgisEmulator({ federated: true });
    const { username, password } = emulator.tokens.users.publisher;
    account = { username, password, client: 'referer', referer: REFERER };
  });
  afterEach(() => emulator.close());

  it('names its portal and where the portal hands out tokens', async () => {
    const info = await postForm(`${emulator.url}/rest/info`, {});
    const portalInfo = await postForm(`${emulator.portalUrl}/sharing/rest/info`, {});

    const authInfo = { tokenServicesUrl: `${emulator.portalUrl}/sharing/rest/generateToken` };
    assert.partialDeepStrictEqual(info, { owningSystemUrl: emulator.portalUrl, authInfo });
    assert.partialDeepStrictEqual(portalInfo, { authInfo });
  });

  it('serves only the primary site administrator without the portal', async () => {
    const { username, password } = emulator.tokens.users.siteadmin;

    const refused = await postForm(`${emulator.url}/admin/generateToken`, account);
    const served = await postForm(`${emulator.url}/admin/generateToken`, { ...account, username, password });

    assert.partialDeepStrictEqual(refused, { status: 'error', code: 401 });
    assert.ok(typeof served === 'object' && served !== null && 'token' in served);
  });

  it("takes a portal's token that is bound to a Referer and refuses one that is bound to an address", async () => {
    const portal = `${emulator.portalUrl}/sharing/rest/generateToken`;
    const bound = await postForm(portal, account);
    const loose = await postForm(portal, { ...account, client: 'requestip' });
    assert.ok(typeof bound === 'object' && bound !== null && 'token' in bound);
    assert.ok(typeof loose === 'object' && loose !== null && 'token' in loose);

    const taken = await postForm(`${emulator.url}/rest/services`, { token: String(bound.token) });
    const refused = await postForm(`${emulator.url}/rest/services`, { token: String(loose.token) });

    assert.partialDeepStrictEqual(taken, { currentVersion: 11.3 });
    assert.partialDeepStrictEqual(refused, { error: { code: 498 } });
  });
});
