import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/purge-microstrategy-caches/handler.ts';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import {
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type Weather,
  type WeatherServer,
} from '../support/weather-server.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const SALES = '4DD3B0A04F2C4B6E9F7A51C08E2D6B13';
const PURGE_PATH = /\/caches\//;
const LOGIN_PATH = /auth\/login/;
const LOGOUT_PATH = /auth\/logout/;
const SESSION_LOST = { ...jsonAnswer({ code: 'ERR009', message: "The user's session has expired" }), status: 401 };

describe('the sessions of purge-microstrategy-caches', () => {
  let aws: TestAws;
  let emulator: MicrostrategyEmulator;
  let weather: WeatherServer;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    emulator = await startMicrostrategyEmulator();
    weather = await startWeatherServer({ upstream: emulator.url });
  });
  afterEach(() => Promise.all([weather.close(), emulator.close()]));

  function secret(more: object = {}): object {
    const { username, password } = emulator;
    return { vendor: 'microstrategy', url: `${weather.origin}/MicroStrategyLibrary`, username, password, ...more };
  }

  const count = (path: RegExp) => weather.requestsTo(path).length;
  const logins = () => weather.requestsTo(LOGIN_PATH).map(({ body }): unknown => JSON.parse(body));

  it('logs in with user and password in the standard mode, works, and logs out', async () => {
    const target = aws.newTarget(secret());

    await work(handler, { target, projects: [TUTORIAL] });

    const { username, password } = emulator;
    assert.deepEqual(logins(), [{ loginMode: 1, username, password }]);
    assert.equal(count(LOGOUT_PATH), 1);
    assert.equal(emulator.openSessions(), 0);
  });

  it('logs in with LDAP where the secret says so', async () => {
    const { username, password } = emulator.accounts.ldapAdmin;
    const target = aws.newTarget(secret({ username, password, loginMode: 16 }));

    await work(handler, { target, projects: [TUTORIAL] });

    assert.deepEqual(logins(), [{ loginMode: 16, username, password }]);
  });

  it('logs in with an API token in the place of the user name', async () => {
    const { username: apiToken } = emulator.accounts.apiToken;
    const target = aws.newTarget(secret({ username: undefined, password: undefined, apiToken }));

    await work(handler, { target, projects: [TUTORIAL] });

    assert.deepEqual(logins(), [{ loginMode: 4096, username: apiToken }]);
  });

  it('sends token and every cookie back, also the one that a later answer replaces', async () => {
    const target = aws.newTarget(secret());

    await work(handler, { target, projects: ['Tutorial', 'Sales'] });

    const cookies = weather.requests.slice(1).map(({ headers }) => headers.cookie ?? '');
    for (const cookie of cookies) assert.match(cookie, /^JSESSIONID=\w+; iSession=\w+; library-ingress=\w+$/);
    assert.equal(new Set(cookies).size, 2);
    assert.equal(cookies.at(1), cookies.at(-1));
    assert.ok(weather.requests.slice(1).every(({ headers }) => headers['x-mstr-authtoken']));
  });

  it('keeps a cookie of any name that a purge sets, and drops one that the server takes back', async () => {
    const target = aws.newTarget(secret());
    const setCookie = ['AWSALB=a/b+c=d; Path=/', 'AWSALBCORS="q w"; Path=/; Secure', 'iSession=; Max-Age=0'];
    weather.next(PURGE_PATH, { status: 204, headers: { 'set-cookie': setCookie } });
    weather.next(PURGE_PATH, { status: 204 });

    await work(handler, { target, projects: [TUTORIAL, SALES] });

    const cookie = weather.requestsTo(PURGE_PATH)[1]?.headers.cookie ?? '';
    assert.match(cookie, /AWSALB=a\/b\+c=d/);
    assert.match(cookie, /AWSALBCORS="q w"/);
    assert.doesNotMatch(cookie, /iSession|Path|Secure/);
  });

  it('sends no cookie of one run with the login of the next', async () => {
    const target = aws.newTarget(secret());
    await work(handler, { target, projects: [TUTORIAL] });

    await work(handler, { target, projects: [TUTORIAL] });

    assert.deepEqual(
      weather.requestsTo(LOGIN_PATH).map(({ headers }) => headers.cookie),
      [undefined, undefined],
    );
  });

  it('logs in again once and replays once when the session is lost', async () => {
    const target = aws.newTarget(secret());
    weather.next(PURGE_PATH, () => {
      emulator.expireSessions();
      return undefined;
    });

    const result = await work(handler, { target, projects: [TUTORIAL, SALES] });

    assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    assert.equal(count(LOGIN_PATH), 2);
    assert.equal(count(PURGE_PATH), 3);
    assert.equal(emulator.openSessions(), 0);
  });

  it('is VendorAuthError when the session is lost again, without trying the other projects', async () => {
    const target = aws.newTarget(secret());
    weather.always(PURGE_PATH, SESSION_LOST);

    const run = work(handler, { target, projects: [TUTORIAL, SALES] });

    await assert.rejects(run, { name: 'VendorAuthError', message: /ERR009/ });
    assert.equal(count(LOGIN_PATH), 2);
    assert.equal(count(PURGE_PATH), 2);
    assert.equal(
      emulator.openSessions(),
      0,
      'both are logged out, the first because it may be alive with its cookies lost',
    );
  });

  const refusedLogins: [what: string, more: object][] = [
    ['a wrong password', { password: 'not-the-Password1' }],
    ['a disabled account', { username: 'former-admin', password: 'Emulated!Former1' }],
    ['the wrong login mode', { loginMode: 16 }],
    ['a wrong API token', { username: undefined, password: undefined, apiToken: 'ended-Token' }],
  ];
  for (const [what, more] of refusedLogins) {
    it(`is VendorAuthError after exactly one login with ${what}`, async () => {
      const target = aws.newTarget(secret(more));

      const run = work(handler, { target, projects: [TUTORIAL] });

      await assert.rejects(run, { name: 'VendorAuthError' });
      assert.equal(weather.requests.length, 1);
    });
  }

  it('reads the secret again when the login is refused, and goes on with the rotated password', async () => {
    const { analyst, admin } = emulator.accounts;
    const target = aws.newTarget(secret({ username: analyst.username, password: 'before' }));
    await assert.rejects(work(handler, { target, projects: ['Sales'] }), { name: 'VendorAuthError' });
    aws.setSecret(target, secret({ username: admin.username, password: admin.password }));

    await work(handler, { target, projects: ['Sales'] });

    assert.equal(emulator.openSessions(), 0);
  });

  const failures: [what: string, path: RegExp, weather: Weather, name: string][] = [
    ['the list of projects is a page', /api\/projects$/, htmlAnswer(), 'VendorContractError'],
    [
      'the list of projects is refused',
      /api\/projects$/,
      { ...jsonAnswer({ code: 'ERR014', message: 'No.' }), status: 403 },
      'VendorRejectedError',
    ],
    ['a purge fails', PURGE_PATH, { status: 500 }, 'PartialFailureError'],
  ];
  for (const [what, path, answer, name] of failures) {
    it(`logs out when ${what}`, async () => {
      const target = aws.newTarget(secret());
      weather.always(path, answer);

      const run = work(handler, { target, projects: ['Tutorial'] });

      await assert.rejects(run, { name });
      assert.equal(count(LOGOUT_PATH), 1);
      assert.equal(emulator.openSessions(), 0);
    });
  }

  const failedLogouts: [what: string, weather: Weather][] = [
    ['a server error', { status: 500 }],
    ['a page', htmlAnswer()],
    ['a session that is gone', SESSION_LOST],
    ['a server that is busy again and again', { status: 503, headers: { 'retry-after': '0' } }],
  ];
  for (const [what, answer] of failedLogouts) {
    it(`has succeeded although the logout met ${what}`, async () => {
      const target = aws.newTarget(secret());
      weather.always(LOGOUT_PATH, answer);

      const result = await work(handler, { target, projects: [TUTORIAL] });

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    });
  }

  it('keeps the error of the work when the logout fails too', async () => {
    const target = aws.newTarget(secret());
    weather.always(PURGE_PATH, { status: 500 });
    weather.always(LOGOUT_PATH, { status: 500 });

    const run = work(handler, { target, projects: [TUTORIAL] });

    await assert.rejects(run, { name: 'PartialFailureError' });
  });

  it('is VendorContractError, and works on nothing, when the login gives no token', async () => {
    const target = aws.newTarget(secret());
    weather.always(LOGIN_PATH, { status: 204 });

    const run = work(handler, { target, projects: [TUTORIAL] });

    await assert.rejects(run, { name: 'VendorContractError' });
    assert.equal(weather.requests.length, 1);
  });
});
