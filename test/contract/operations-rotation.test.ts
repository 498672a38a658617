import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import * as z from 'zod';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { startWeatherServer } from '../support/weather-server.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const SALES = '4DD3B0A04F2C4B6E9F7A51C08E2D6B13';
const NEW_PASSWORD = 'rotated-Password2';

const basemap = { inputService: 'Basemap.MapServer' };
const landsat = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };

type LibraryCredentials = (accounts: MicrostrategyEmulator['accounts']) => object;
type Credentials = { username: string; password: string } | { token: string };

const ARCGIS: [operation: string, handler: typeof clearRestCache, input: (target: string) => object][] = [
  ['clear-rest-cache', clearRestCache, (target) => ({ target })],
  [
    'manage-map-server-cache-tiles',
    manageTiles,
    (target) => ({ target, ...basemap, updateMode: 'RECREATE_ALL_TILES' }),
  ],
  ['delete-map-server-cache', deleteCache, (target) => ({ target, ...basemap, confirm: basemap.inputService })],
  ['refresh-service', refresh, (target) => ({ target, ...landsat })],
  [
    'refresh-service without waiting',
    refresh,
    (target) => ({ target, ...landsat, waitForJobCompletion: 'DO_NOT_WAIT' }),
  ],
];
const KINDS: [from: 'password' | 'token', to: 'password' | 'token'][] = [
  ['password', 'password'],
  ['password', 'token'],
  ['token', 'password'],
  ['token', 'token'],
];

describe('a secret that is rotated while a function stays warm', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  /** The credentials that the site takes now. */
  function credentials({ tokens }: ArcgisEmulator, kind: 'password' | 'token'): Credentials {
    const { username, password } = tokens.users.siteadmin;
    if (kind === 'password') return { username, password };
    return { token: tokens.issue(tokens.users.siteadmin, 60, 'https://cache-ops').value };
  }

  /** A function that has done its work once, and a site that takes nothing any more of what it took then. */
  async function rotatedSite(t: TestContext, [, handler, input]: (typeof ARCGIS)[number], kind: 'password' | 'token') {
    const emulator = await startArcgisEmulator({ jobSeconds: 0.1 });
    t.after(() => emulator.close());
    const { url } = emulator;
    const old = credentials(emulator, kind);
    const target = aws.newTarget({ vendor: 'arcgis', url, ...old });
    await work(handler, input(target));
    emulator.tokens.users.siteadmin.password = NEW_PASSWORD;
    emulator.tokens.expireAll();
    const refused = [...emulator.tokens.issued, 'password' in old ? old.password : ''];
    const seenBefore = emulator.requests.length;
    return {
      emulator,
      run: () => work(handler, input(target)),
      setSecret: (secret: Credentials) => aws.setSecret(target, { vendor: 'arcgis', url, ...secret }),
      /** How often something that is refused was sent since. */
      tries: (field: 'token' | 'password') =>
        emulator.requests.slice(seenBefore).filter(({ form }) => refused.includes(form[field] ?? '-')).length,
      requests: () => emulator.requests.length - seenBefore,
    };
  }

  for (const row of ARCGIS) {
    const [operation] = row;
    for (const [from, to] of KINDS) {
      it(`is used by ${operation} on the first refusal, a ${to} in the place of a ${from}`, async (t) => {
        const { emulator, run, setSecret, tries } = await rotatedSite(t, row, from);
        setSecret(credentials(emulator, to));

        await run();

        assert.deepEqual([tries('token'), tries('password')], [1, 0]);
        assert.equal(operation === 'clear-rest-cache' ? emulator.cleared.length : emulator.jobs.list().length, 2);
      });
    }

    for (const kind of ['password', 'token'] as const) {
      it(`is missed by ${operation}, which tries the refused ${kind} once and no more`, async (t) => {
        const { run, tries, requests } = await rotatedSite(t, row, kind);

        await assert.rejects(run(), { name: 'VendorAuthError' });

        assert.deepEqual([tries('token'), tries('password')], [1, kind === 'password' ? 1 : 0]);
        assert.equal(requests(), kind === 'password' ? 2 : 1);
      });
    }
  }

  /** Runs a purge with the first credentials, then has the server refuse them; what is logged in with after that is told. */
  async function rotatedLibrary(t: TestContext, from: LibraryCredentials) {
    const emulator = await startMicrostrategyEmulator();
    const weather = await startWeatherServer({ upstream: emulator.url });
    t.after(() => Promise.all([weather.close(), emulator.close()]));
    const { accounts } = emulator;
    const secret = (credentials: object) => ({
      vendor: 'microstrategy',
      url: `${weather.origin}/MicroStrategyLibrary`,
      ...credentials,
    });
    const target = aws.newTarget(secret(from(accounts)));
    const run = () => work(purge, { target, projects: [TUTORIAL, SALES] });
    await run();
    weather.requests.splice(0);
    const names = () =>
      weather.requestsTo(/auth\/login/).map(({ body }) => z.object({ username: z.string() }).parse(JSON.parse(body)));
    return {
      run,
      weather,
      emulator,
      refuse() {
        for (const account of [accounts.admin, accounts.apiToken]) {
          account.enabled = !Object.values(from(accounts)).includes(account.username);
        }
      },
      setSecret: (to: LibraryCredentials) => aws.setSecret(target, secret(to(accounts))),
      logins: () => names().map(({ username }) => username),
    };
  }

  const ADMIN: LibraryCredentials = ({ admin: { username, password } }) => ({ username, password });
  const LDAP: LibraryCredentials = ({ ldapAdmin: { username, password } }) => ({ username, password, loginMode: 16 });
  const API_TOKEN: LibraryCredentials = ({ apiToken }) => ({ apiToken: apiToken.username });
  const TOKEN = 'emulated-api-token-0b6cf7e0a1d94f7c';
  const LIBRARY: [what: string, from: LibraryCredentials, to: LibraryCredentials, logins: string[]][] = [
    ['a login in the place of a login', ADMIN, LDAP, ['mstr-admin', 'ldap-admin']],
    ['an API token in the place of a login', ADMIN, API_TOKEN, ['mstr-admin', TOKEN]],
    ['a login in the place of an API token', API_TOKEN, ADMIN, [TOKEN, 'mstr-admin']],
  ];
  for (const [what, from, to, logins] of LIBRARY) {
    it(`is used by purge-microstrategy-caches on the first refusal, ${what}`, async (t) => {
      const library = await rotatedLibrary(t, from);
      library.refuse();
      library.setSecret(to);

      await library.run();

      assert.deepEqual(library.logins(), logins);
      assert.equal(library.emulator.openSessions(), 0);
    });

    it(`is used by purge-microstrategy-caches in the middle of its work, ${what}`, async (t) => {
      const library = await rotatedLibrary(t, from);
      library.weather.next(/caches/, () => {
        library.refuse();
        library.setSecret(to);
        library.emulator.expireSessions();
        return undefined;
      });

      const result = await library.run();

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.deepEqual(library.logins(), [logins[0], ...logins]);
    });
  }

  for (const [kind, from] of [
    ['login', ADMIN],
    ['API token', API_TOKEN],
  ] as const) {
    it(`is missed by purge-microstrategy-caches, which tries the refused ${kind} once and no more`, async (t) => {
      const library = await rotatedLibrary(t, from);
      library.refuse();

      await assert.rejects(library.run(), { name: 'VendorAuthError' });

      assert.equal(library.weather.requests.length, 1);
    });
  }
});
