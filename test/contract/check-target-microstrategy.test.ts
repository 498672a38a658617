import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { AdviceTable, check, summary } from '../support/broken-servers.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { htmlAnswer, jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const NAMES = ['secret', 'address', 'tls', 'sign-in', 'version', 'privilege', 'projects'];

interface World {
  emulator: MicrostrategyEmulator;
  weather: WeatherServer;
}

interface Broken {
  server: string;
  failed: string;
  advice: RegExp;
  breakIt: (world: World) => object | undefined;
}

const refusal = (status: number, code: string, message: string) => ({ ...jsonAnswer({ code, message }), status });
const NO_LDAP = {
  ...jsonAnswer({ code: 'ERR001', iServerCode: -2147205409, message: 'Not configured to support LDAP.' }),
  status: 500,
};

const BROKEN: Broken[] = [
  {
    server: 'the wrong path',
    failed: 'address',
    advice: /MicroStrategyLibrary/,
    breakIt: ({ weather }) => ({ url: weather.origin }),
  },
  {
    server: 'a login page before it',
    failed: 'address',
    advice: /HTML.*login page or proxy/,
    breakIt({ weather }) {
      weather.always(/./, htmlAnswer());
      return undefined;
    },
  },
  {
    server: 'a wrong password',
    failed: 'sign-in',
    advice: /not let in. Correct the target's secret/,
    breakIt: () => ({ password: 'wrong-Secret' }),
  },
  {
    server: 'no LDAP behind loginMode 16',
    failed: 'sign-in',
    advice: /does not offer loginMode 16.*it offers 1, 8/,
    breakIt({ weather }) {
      weather.always(/auth\/login/, NO_LDAP);
      weather.always(/authModes/, jsonAnswer({ modes: [1, 8] }));
      return { loginMode: 16 };
    },
  },
  {
    server: 'no LDAP, and no word of its modes',
    failed: 'sign-in',
    advice: /loginMode 16 \(LDAP\).*correct loginMode/,
    breakIt({ weather }) {
      weather.always(/auth\/login/, NO_LDAP);
      weather.always(/authModes/, refusal(404, 'ERR004', 'HTTP 404 Not Found'));
      return { loginMode: 16 };
    },
  },
  {
    server: 'SAML alone',
    failed: 'sign-in',
    advice: /does not offer loginMode 1 .*apiToken/,
    breakIt({ weather }) {
      weather.always(/auth\/login/, refusal(401, 'ERR003', 'Login failure.'));
      weather.always(/authModes/, jsonAnswer({ modes: [1048576] }));
      return undefined;
    },
  },
  {
    server: 'a balancer that takes turns between two nodes',
    failed: 'sign-in',
    advice: /not sticky/,
    breakIt({ weather }) {
      let calls = 0;
      weather.always(/\/api\/sessions/, () => {
        calls += 1;
        if (calls % 2 === 1) return undefined;
        return { ...jsonAnswer({ code: 'ERR009', message: 'The user session has expired.' }), status: 401 };
      });
      return undefined;
    },
  },
  {
    server: 'a balancer that never finds the node again',
    failed: 'sign-in',
    advice: /sticky/,
    breakIt({ weather }) {
      weather.always(/\/api\/sessions/, refusal(401, 'ERR009', 'The user session has expired.'));
      return undefined;
    },
  },
  {
    server: '2021 Update 7',
    failed: 'version',
    advice: /11\.3\.0700.*too old.*11\.3\.0800/,
    breakIt({ weather }) {
      weather.always(/\/api\/status/, jsonAnswer({ iServerVersion: '11.3.0700.06', webVersion: '11.3.0700' }));
      return undefined;
    },
  },
  {
    server: 'a user without the privilege',
    failed: 'privilege',
    advice: /lacks the privilege Cache Administration/,
    breakIt({ emulator }) {
      const { username, password } = emulator.accounts.analyst;
      return { username, password };
    },
  },
  {
    server: 'a user who may do nothing',
    failed: 'privilege',
    advice: /lacks the privilege Cache Administration/,
    breakIt({ emulator, weather }) {
      weather.always(/\/api\/projects/, refusal(403, 'ERR014', 'No accessible project.'));
      const { username, password } = emulator.accounts.analyst;
      return { username, password };
    },
  },
  {
    server: 'no project loaded',
    failed: 'projects',
    advice: /None of the 4 projects.*is loaded/,
    breakIt({ emulator }) {
      for (const project of emulator.projects) project.loaded = false;
      return undefined;
    },
  },
  {
    server: 'no project loaded, and no right to see the nodes',
    failed: 'projects',
    advice: /None of the 4 projects.*is loaded/,
    breakIt({ emulator, weather }) {
      for (const project of emulator.projects) project.status = -1;
      weather.always(/iServer\/nodes/, refusal(403, 'ERR014', 'No privilege.'));
      return undefined;
    },
  },
  {
    server: 'no project to be seen',
    failed: 'projects',
    advice: /sees no project/,
    breakIt({ weather }) {
      weather.always(/\/api\/projects/, jsonAnswer([]));
      return undefined;
    },
  },
];

describe('check-target of a MicroStrategy server', () => {
  let aws: TestAws;
  let emulator: MicrostrategyEmulator;
  let weather: WeatherServer;
  const table = new AdviceTable();

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  afterEach(async () => await Promise.all([weather.close(), emulator.close()]));

  async function start(): Promise<object> {
    emulator = await startMicrostrategyEmulator();
    weather = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    return { vendor: 'microstrategy', url: `${weather.origin}/MicroStrategyLibrary`, username, password };
  }

  for (const who of ['admin', 'ldapAdmin', 'apiToken'] as const) {
    it(`finds nothing wrong with a right server for ${who}, and logs out`, async () => {
      const secret = await start();
      const { username, password, loginMode } = emulator.accounts[who];
      const login =
        loginMode === 4096
          ? { username: undefined, password: undefined, apiToken: username }
          : { username, password, loginMode };

      const { status, checks } = await check(aws.newTarget({ ...secret, ...login }));

      assert.deepEqual(
        checks,
        NAMES.map((name) => ({ check: name, status: 'ok' })),
      );
      assert.deepEqual([status, emulator.openSessions()], ['succeeded', 0]);
      assert.deepEqual(
        [
          ...new Set(
            weather.requests.map(({ method, path }) => (method === 'GET' ? method : path.replace(/.*api/, ''))),
          ),
        ],
        ['GET', '/auth/login', '/auth/logout'],
      );
    });
  }

  for (const { server, failed, advice, breakIt } of BROKEN) {
    it(`has one advice for: ${server}`, async () => {
      const secret = await start();
      const more = breakIt({ emulator, weather });

      const answer = await check(aws.newTarget({ ...secret, ...more }));

      table.add(server, answer);
      assert.deepEqual(summary(answer).failed, [failed], JSON.stringify(answer));
      assert.match(summary(answer).advice.join(), advice);
      assert.deepEqual(
        answer.checks.map(({ check: name }) => name),
        NAMES,
      );
      assert.equal(emulator.openSessions(), 0);
      // A password that was refused is not sent again.
      const logins = weather.requestsTo(/auth\/login/).length;
      assert.ok(logins <= (/balancer/.test(server) ? 2 : 1), String(logins));
    });
  }

  it('shows them in a table', (t) => {
    t.diagnostic(`\n${table.text}`);
    assert.ok(table.text.split('\n').length > BROKEN.length);
  });
});
