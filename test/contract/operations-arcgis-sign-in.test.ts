import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const TOKEN_PATH = /generateToken|\/tokens/;
const CLEAR_PATH = /cache\/clear/;
const REST_498 = jsonAnswer({ error: { code: 498, message: 'Invalid Token.', details: [] } });
const REFUSED_TOKENS: [string, RegExp, ReturnType<typeof jsonAnswer>][] = [
  ['498 in the REST envelope', /Basemap\/MapServer/, REST_498],
  ['499 in the REST envelope', /Basemap\/MapServer/, jsonAnswer({ error: { code: 499, message: 'Token Required' } })],
  ['498 in the REST envelope of a 4xx', /Basemap\/MapServer/, { ...REST_498, status: 401 }],
  ['498 in the Admin envelope', CLEAR_PATH, jsonAnswer({ status: 'error', messages: ['Token Expired.'], code: 498 })],
  ['499 in the Admin envelope', CLEAR_PATH, jsonAnswer({ status: 'error', messages: ['No token.'], code: 499 })],
];

describe('signing in to an ArcGIS site', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    await start(false);
  });
  afterEach(stop);

  async function start(federated: boolean): Promise<void> {
    emulator = await startArcgisEmulator({ federated });
    weather = await startWeatherServer({ upstream: emulator.url });
  }

  async function stop(): Promise<void> {
    await Promise.all([weather.close(), emulator.close()]);
  }

  function secret(more: object = {}): object {
    const { username, password } = emulator;
    return { vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password, ...more };
  }

  const tokenCalls = () => emulator.requests.filter(({ path }) => TOKEN_PATH.test(path));
  const recreate = (target: string) => ({
    submit: { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' },
  });

  it('asks for one token and uses it for several operations on a target', async () => {
    const target = aws.newTarget(secret());

    await work(clearRestCache, { target });
    await invoke(manageTiles, recreate(target));
    await work(clearRestCache, { target, folderName: 'Imagery' });

    assert.equal(tokenCalls().length, 1);
    assert.equal(emulator.cleared.length, 2);
    assert.equal(emulator.jobs.list().length, 1);
  });

  it('finds the portal of a federated site and uses its tokens, with the users that only the portal knows', async () => {
    await stop();
    await start(true);
    const { username, password } = emulator.tokens.users.publisher;
    const target = aws.newTarget(secret({ username, password }));

    await invoke(manageTiles, recreate(target));

    assert.deepEqual(
      tokenCalls().map(({ path }) => path),
      ['/portal/sharing/rest/generateToken'],
    );
    assert.equal(emulator.jobs.list()[0]?.submittedBy, username);
  });

  it('signs in where the site names its token service as /tokens/, and sends the password to a token service only', async () => {
    const info = { currentVersion: 10.31, authInfo: { tokenServicesUrl: `${weather.origin}/arcgis/tokens/` } };
    weather.always(/rest\/info/, jsonAnswer(info));
    const target = aws.newTarget(secret());

    await work(clearRestCache, { target });

    const withPassword = weather.requests.filter(({ body }) => body.includes('password='));
    assert.equal(withPassword.length, 1);
    assert.match(withPassword[0]?.path ?? '', /^\/arcgis\/(admin\/|tokens\/)(generateToken)?$/);
  });

  it('never puts a credential into an address', async () => {
    const target = aws.newTarget(secret());

    await work(clearRestCache, { target });
    await invoke(manageTiles, recreate(target));

    assert.deepEqual(
      weather.requests.filter(({ path }) => path.includes('?')),
      [],
    );
  });

  for (const referer of [undefined, 'https://caches.example.org:443']) {
    it(`binds the token to the referer ${referer ?? 'https://cache-ops'} and repeats it on every call`, async () => {
      const target = aws.newTarget(secret(referer === undefined ? {} : { referer }));

      await invoke(manageTiles, recreate(target));

      const expected = referer ?? 'https://cache-ops';
      assert.partialDeepStrictEqual(tokenCalls()[0]?.form, { client: 'referer', referer: expected });
      assert.deepEqual([...new Set(weather.requests.map(({ headers }) => headers.referer))], [expected]);
    });
  }

  for (const [what, path, answer] of REFUSED_TOKENS) {
    it(`renews the token once after ${what} and does the work`, async () => {
      const target = aws.newTarget(secret());
      weather.next(path, answer);

      await work(clearRestCache, { target });
      await invoke(manageTiles, recreate(target));

      assert.equal(tokenCalls().length, 2);
      assert.equal(emulator.cleared.length, 1);
      assert.equal(emulator.jobs.list().length, 1);
    });

    it(`is VendorAuthError when the new token meets ${what} again`, async () => {
      const target = aws.newTarget(secret());
      weather.next(path, answer, answer);

      const run = work(clearRestCache, { target }).then(() => invoke(manageTiles, recreate(target)));

      await assert.rejects(run, { name: 'VendorAuthError' });
      assert.equal(tokenCalls().length, 2);
      assert.equal(weather.requestsTo(path).length, 2);
    });
  }

  it('renews a token that the server has let expire', async () => {
    const target = aws.newTarget(secret());
    await work(clearRestCache, { target });
    emulator.tokens.expireAll();

    await work(clearRestCache, { target });

    assert.equal(emulator.cleared.length, 2);
    assert.equal(tokenCalls().length, 2);
  });

  for (const federated of [false, true]) {
    const kind = federated ? 'federated' : 'stand-alone';
    it(`sends a wrong password to a ${kind} site exactly once`, async () => {
      await stop();
      await start(federated);
      const target = aws.newTarget(secret({ password: 'not-the-Password1' }));

      const run = work(clearRestCache, { target });

      await assert.rejects(run, { name: 'VendorAuthError' });
      assert.equal(tokenCalls().length, 1);
    });
  }

  it('sends no password when Lambda repeats the invocation of a start by hand: both wait for one run', async () => {
    const target = aws.newTarget(secret({ password: 'not-the-Password1' }));
    const repeated = { awsRequestId: 'one-asynchronous-invocation' };
    aws.end = { status: 'FAILED', error: 'VendorAuthError', cause: 'refused' };
    await assert.rejects(invoke(clearRestCache, { target }, repeated), { name: 'VendorAuthError' });

    const run = invoke(clearRestCache, { target }, repeated);

    await assert.rejects(run, { name: 'VendorAuthError' });
    assert.equal(tokenCalls().length, 0);
    assert.equal(new Set(aws.executions.map(({ name }) => name)).size, 1);
  });

  it('uses a long-lived token without asking for another', async () => {
    const { value } = emulator.tokens.issue(emulator.tokens.users.siteadmin, 60, 'https://cache-ops');
    const target = aws.newTarget(secret({ username: undefined, password: undefined, token: value }));

    await work(clearRestCache, { target });

    assert.equal(emulator.cleared.length, 1);
    assert.equal(tokenCalls().length, 0);
  });

  it('is VendorAuthError after one call when a long-lived token is refused', async () => {
    const target = aws.newTarget(secret({ username: undefined, password: undefined, token: 'ended-Token' }));

    const run = work(clearRestCache, { target });

    await assert.rejects(run, { name: 'VendorAuthError' });
    assert.equal(weather.requests.length, 1);
  });

  it('reads the secret again when a long-lived token is refused, and goes on with the rotated one', async () => {
    const target = aws.newTarget(secret({ username: undefined, password: undefined, token: 'ended-Token' }));
    await assert.rejects(work(clearRestCache, { target }), { name: 'VendorAuthError' });
    const { value: token } = emulator.tokens.issue(emulator.tokens.users.siteadmin, 60, 'https://cache-ops');
    aws.setSecret(target, secret({ username: undefined, password: undefined, token }));

    await work(clearRestCache, { target });

    assert.equal(emulator.cleared.length, 1);
  });

  it('reads the secret again when the token and the password behind it are refused after a rotation', async () => {
    const target = aws.newTarget(secret());
    await work(clearRestCache, { target });
    emulator.tokens.users.siteadmin.password = 'rotated-Password2';
    emulator.tokens.expireAll();
    aws.setSecret(target, secret({ password: 'rotated-Password2' }));

    const before = tokenCalls().length;

    await work(clearRestCache, { target });

    const oldPasswordTries = tokenCalls()
      .slice(before)
      .filter(({ form }) => form['password'] !== 'rotated-Password2');
    assert.equal(emulator.cleared.length, 2);
    assert.ok(oldPasswordTries.length <= 1, 'the old password was tried more than once');
  });

  for (const portal of [
    'http://portal.example.org/portal',
    'http://127.0.0.1.example.org/portal',
    'ftp://127.0.0.1/p',
  ]) {
    it(`sends no password to a portal at ${portal}`, async () => {
      weather.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3, owningSystemUrl: portal }));
      const target = aws.newTarget(secret());

      const run = work(clearRestCache, { target });

      await assert.rejects(run, { name: 'InvalidSecretError' });
      assert.deepEqual(
        weather.requests.map(({ path }) => path),
        ['/arcgis/rest/info'],
      );
    });
  }

  it('sends Admin calls and only those to adminUrl', async () => {
    const admin = await startWeatherServer({ upstream: emulator.url });
    const target = aws.newTarget(secret({ adminUrl: `${admin.origin}/arcgis` }));

    await work(clearRestCache, { target });
    await invoke(manageTiles, recreate(target));

    const isAdmin = ({ path }: { path: string }) => path.startsWith('/arcgis/admin/');
    assert.deepEqual(weather.requests.filter(isAdmin), []);
    assert.deepEqual(admin.requests.filter(isAdmin), admin.requests);
    assert.equal(emulator.cleared.length, 1);
    await admin.close();
  });
});
