import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/purge-microstrategy-caches/handler.ts';
import {
  type MicrostrategyEmulator,
  type MicrostrategyEmulatorOptions,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type WeatherServer,
} from '../support/weather-server.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const SALES = '4DD3B0A04F2C4B6E9F7A51C08E2D6B13';
const ARCHIVE = '9E1F6C2D40B84F3A8A5C7D0E3B926F48';
const UNKNOWN_ID = '00000000000000000000000000000001';
const PURGE_PATH = /\/caches\//;
const LOGIN_PATH = /auth\/login/;
const LOGOUT_PATH = /auth\/logout/;

describe('purge-microstrategy-caches', () => {
  let aws: TestAws;
  let emulator: MicrostrategyEmulator;
  let weather: WeatherServer;
  let target: string;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(() => start());
  afterEach(stop);

  async function start(options: MicrostrategyEmulatorOptions = {}): Promise<void> {
    emulator = await startMicrostrategyEmulator(options);
    weather = await startWeatherServer({ upstream: emulator.url });
    target = targetOf(emulator);
  }

  async function stop(): Promise<void> {
    await Promise.all([weather.close(), emulator.close()]);
  }

  function targetOf({ username, password }: { username: string; password: string }): string {
    return aws.newTarget({
      vendor: 'microstrategy',
      url: `${weather.origin}/MicroStrategyLibrary`,
      username,
      password,
    });
  }

  const purges = () => weather.requests.filter(({ method, path }) => method === 'DELETE' && PURGE_PATH.test(path));
  const count = (path: RegExp) => weather.requestsTo(path).length;
  const cachesOf = (id: string) => emulator.projects.find((project) => project.id === id)?.caches;

  it('purges the element caches of projects given by id without asking for the list of projects', async () => {
    const result = await work(handler, { target, projects: [TUTORIAL, SALES] });

    assert.deepEqual(result, {
      operation: 'purge-microstrategy-caches',
      target,
      status: 'succeeded',
      results: [TUTORIAL, SALES].map((projectId) => ({ projectId, cacheType: 'element', status: 'accepted' })),
    });
    assert.deepEqual(cachesOf(TUTORIAL), { element: 0, object: 80 });
    assert.deepEqual(
      purges().map(({ path }) => path),
      [TUTORIAL, SALES].map((id) => `/MicroStrategyLibrary/api/monitors/projects/${id}/caches/element`),
    );
    assert.equal(count(/\/api\/projects/), 0);
  });

  it('purges both caches of projects given by name and by id, each once', async () => {
    const result = await work(handler, {
      target,
      projects: ['Tutorial', TUTORIAL.toLowerCase(), 'Sales'],
      cacheTypes: ['element', 'object', 'element'],
    });

    const results = [
      [TUTORIAL, 'Tutorial'],
      [SALES, 'Sales'],
    ].flatMap(([projectId, projectName]) =>
      ['element', 'object'].map((cacheType) => ({ projectId, projectName, cacheType, status: 'accepted' })),
    );
    assert.deepEqual(Object(result).results, results);
    assert.equal(purges().length, 4);
  });

  it('purges an id that the list of the user does not show, also beside a name', async () => {
    weather.always(/api\/projects$/, jsonAnswer([{ id: SALES, name: 'Sales' }]));

    const { results } = Object(await work(handler, { target, projects: ['Sales', TUTORIAL] }));

    assert.deepEqual(
      results.map(({ projectId, status }: Record<string, unknown>) => [projectId, status]),
      [
        [SALES, 'accepted'],
        [TUTORIAL, 'accepted'],
      ],
    );
    assert.equal(cachesOf(TUTORIAL)?.element, 0);
  });

  it('purges every project for "ALL" and skips the one that is not loaded', async () => {
    const { results } = Object(await work(handler, { target, projects: 'ALL' }));

    assert.deepEqual(
      results.map(({ projectName, status }: Record<string, unknown>) => [projectName, status]),
      [
        ['Tutorial', 'accepted'],
        ['Consolidated Education Project', 'accepted'],
        ['Sales', 'accepted'],
        ['Archive', 'skipped'],
      ],
    );
    assert.match(JSON.stringify(results[3].reason), /not loaded/);
  });

  it('resolves names before any purge: an unknown one is InvalidInputError, naming those that exist', async () => {
    const run = work(handler, { target, projects: [TUTORIAL, 'Tutorial', 'Nothing'] });

    await assert.rejects(run, { name: 'InvalidInputError', message: /"Nothing".*Tutorial.*Sales/ });
    assert.deepEqual(purges(), []);
    assert.equal(emulator.openSessions(), 0);
  });

  it('takes a name for the name that it is: not trimmed, not decoded, case and all', async () => {
    for (const name of ['tutorial', ' Tutorial', 'Tutorial%20', '*']) {
      const run = work(handler, { target, projects: [name] });

      await assert.rejects(run, { name: 'InvalidInputError' });
    }
    assert.deepEqual(purges(), []);
  });

  it('tries every project and is PartialFailureError with all the results when one fails', async () => {
    const run = work(handler, { target, projects: [UNKNOWN_ID, TUTORIAL, ARCHIVE] });

    const error = await run.then(() => assert.fail(), Object);
    assert.equal(error.name, 'PartialFailureError');
    const results = JSON.parse(/\{"results".*\}$/.exec(error.message)?.[0] ?? '{}').results;
    assert.deepEqual(
      results.map(({ projectId, status }: Record<string, unknown>) => [projectId, status]),
      [
        [UNKNOWN_ID, 'failed'],
        [TUTORIAL, 'accepted'],
        [ARCHIVE, 'skipped'],
      ],
    );
    assert.match(results[0].reason, /400.*ERR006/);
    assert.equal(cachesOf(TUTORIAL)?.element, 0);
    assert.equal(emulator.openSessions(), 0);
  });

  it('is PartialFailureError for a user without the privilege, naming it', async () => {
    target = targetOf(emulator.accounts.analyst);

    const run = work(handler, { target, projects: ['Tutorial', 'Sales'] });

    await assert.rejects(run, { name: 'PartialFailureError', message: /ERR014.*DssXmlPrivilegesCacheAdministration/ });
    assert.equal(purges().length, 2);
  });

  it('goes on with the next project after a server error', async () => {
    weather.next(PURGE_PATH, { ...jsonAnswer({ code: 'ERR002', message: 'I-Server error' }), status: 500 });

    const run = work(handler, { target, projects: [TUTORIAL, SALES] });

    await assert.rejects(run, { name: 'PartialFailureError', message: /ERR002/ });
    assert.equal(cachesOf(SALES)?.element, 0);
  });

  const noSuccess: [what: string, answer: Answer][] = [
    ['a login page with HTTP 200', htmlAnswer()],
    ['text with HTTP 200', { body: 'OK' }],
    [
      "the vendor's error envelope with HTTP 200",
      jsonAnswer({ code: 'ERR014', iServerCode: -2147213784, message: 'No.' }),
    ],
    ['a bare success: false', jsonAnswer({ success: false })],
    ["a gateway's error with HTTP 200", jsonAnswer({ error: 'Internal Server Error' })],
    ['a redirect to a login page', { status: 302, headers: { location: '/login' } }],
  ];
  for (const [what, answer] of noSuccess) {
    it(`does not take ${what} for an accepted purge`, async () => {
      weather.always(PURGE_PATH, answer);

      const run = work(handler, { target, projects: [TUTORIAL] });

      await assert.rejects(run, { name: 'PartialFailureError', message: /"status":"failed"/ });
      assert.equal(purges().length, 1);
    });
  }

  it('is VendorRejectedError at the session cap, without another try, and logs out', async () => {
    await stop();
    await start({ sessionsPerUser: 0 });

    const run = work(handler, { target, projects: [TUTORIAL, SALES] });

    await assert.rejects(run, { name: 'VendorRejectedError', message: /-2147072486/ });
    assert.equal(purges().length, 1);
    assert.equal(count(LOGOUT_PATH), 1);
    assert.equal(emulator.openSessions(), 0);
  });

  it('is VendorRejectedError for a server that is too old, naming the version that it takes', async () => {
    await stop();
    await start({ serverVersion: '11.3.0700' });

    const run = work(handler, { target, projects: [TUTORIAL, SALES] });

    await assert.rejects(run, { name: 'VendorRejectedError', message: /11\.3\.0800/ });
    assert.equal(purges().length, 1);
    assert.equal(emulator.openSessions(), 0);
  });

  for (const serverVersion of ['11.3.0800', '11.10.0100', '12.0.0100']) {
    it(`does not take ${serverVersion} for too old when it knows no such project`, async () => {
      await stop();
      await start({ serverVersion });
      weather.next(PURGE_PATH, { ...jsonAnswer({ code: 'ERR004', message: 'HTTP 404 Not Found' }), status: 404 });

      const run = work(handler, { target, projects: [UNKNOWN_ID, TUTORIAL] });

      await assert.rejects(run, { name: 'PartialFailureError' });
      assert.equal(cachesOf(TUTORIAL)?.element, 0);
    });
  }

  it('keeps the failures of very many projects within 32 KB, failures first, with counts', async () => {
    const ids = Array.from({ length: 400 }, (_, index) => index.toString(16).padStart(32, '0'));

    const run = work(handler, { target, projects: [TUTORIAL, ...ids] });

    const { name, message } = await run.then(() => assert.fail(), Object);
    const { results, counts, truncated } = JSON.parse(/\{"results".*\}$/.exec(message)?.[0] ?? '{}');
    assert.equal(name, 'PartialFailureError');
    assert.ok(Buffer.byteLength(message) < 32_000);
    assert.deepEqual(
      [results[0].status, counts, truncated],
      ['failed', { accepted: 1, skipped: 0, failed: 400 }, true],
    );
    assert.equal(count(LOGIN_PATH), 1);
  });

  it("is InvalidSecretError for the other vendor's target, and nothing is sent", async () => {
    target = aws.newTarget({ vendor: 'arcgis', url: weather.origin, username: 'u', password: 'pass' });

    const run = work(handler, { target, projects: 'ALL' });

    await assert.rejects(run, { name: 'InvalidSecretError', message: /vendor/ });
    assert.deepEqual(weather.requests, []);
  });
});
