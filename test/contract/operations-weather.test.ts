import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { watchOf } from '../support/watch.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type Weather,
  type WeatherServer,
} from '../support/weather-server.ts';

const QUERY_OF_REDIRECT = 'planted-in-the-query';
/** What a message must hold beside what happened: something to do. */
const NEXT_STEP = /\b(check|put|correct|give|wait|try|look|start|raise|ask)\b/i;

/** One call that is safe to repeat, and the operation that makes it. */
interface Read {
  what: string;
  path: RegExp;
  method: string;
  run: (site: { target: string }, context?: object) => Promise<unknown>;
}

const LANDSAT = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };
const TASK = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';

/** A poll after an hour of what makes no sense; what only says that the server is down is no error of a poll. */
function lastOddPoll(target: string): object {
  const job = { operation: 'refresh-service', target, service: 'A.MapServer', taskPath: TASK };
  const since = new Date(Date.now() - 3_600_000).toISOString();
  return watchOf(job, { trouble: { kind: 'odd', since, polls: 2 } });
}

const runClear: Read['run'] = ({ target }, context) => work(clearRestCache, { target }, context);
const runRefresh: Read['run'] = ({ target }, context) => invoke(refresh, { submit: { target, ...LANDSAT } }, context);
const runPoll: Read['run'] = ({ target }, context) => invoke(checkJob, lastOddPoll(target), context);
const runPurge: Read['run'] = ({ target }, context) => work(purge, { target, projects: ['Tutorial'] }, context);

const ARCGIS_READS: Read[] = [
  { what: "a site's description", method: 'POST', path: /rest\/info$/, run: runClear },
  { what: 'an ArcGIS sign-in', method: 'POST', path: /generateToken$/, run: runClear },
  { what: 'clearing the REST cache', method: 'POST', path: /cache\/clear$/, run: runClear },
  { what: "a service's description", method: 'POST', path: /Landsat\/ImageServer$/, run: runRefresh },
];
const POLL: Read = { what: 'a poll', method: 'POST', path: /jobs\/j1$/, run: runPoll };
const MICROSTRATEGY_READS: Read[] = [
  { what: 'a MicroStrategy login', method: 'POST', path: /auth\/login$/, run: runPurge },
  { what: 'the list of projects', method: 'GET', path: /api\/projects$/, run: runPurge },
];

const READS = [...ARCGIS_READS, ...MICROSTRATEGY_READS];

/** The status counts, whatever the body says. */
const BUSY = { status: 504, body: '{"jobStatus":"esriJobSucceeded","token":"x","success":true}' };

/** The server failed without a word of its own: nobody knows why. */
const FAILURES: [what: string, answer: Answer][] = [
  ['a page with HTTP 500', htmlAnswer(500)],
  ["a gateway's JSON with HTTP 500", { ...jsonAnswer({ error: 'Internal Server Error', status: 500 }), status: 500 }],
];

const FINAL: [what: string, weather: Weather][] = [
  ['broken JSON', { body: '{"success":tr' }],
  ['an empty answer', {}],
  ['JSON that is no object', { body: 'true' }],
  ['an answer over 5 MB', { body: JSON.stringify({ success: true, pad: 'x'.repeat(5_000_001) }) }],
  ...[301, 302, 303, 307, 308].map((status): [string, Weather] => [
    `HTTP ${status}`,
    { status, headers: { location: `/moved?token=${QUERY_OF_REDIRECT}` } },
  ]),
];

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

async function openSite(t: TestContext, read: Read) {
  const isArcgis = read === POLL || ARCGIS_READS.includes(read);
  const emulator = await (isArcgis ? startArcgisEmulator() : startMicrostrategyEmulator());
  const weather = await startWeatherServer({ upstream: emulator.url });
  t.after(() => Promise.all([weather.close(), emulator.close()]));
  const { username, password } = emulator;
  const { pathname } = new URL(emulator.url);
  const vendor = isArcgis ? 'arcgis' : 'microstrategy';
  // A new target is signed in to anew.
  const newTarget = () => aws.newTarget({ vendor, url: weather.origin + pathname, username, password });
  return { weather, target: newTarget(), newTarget };
}

/** Method, host and path, and nothing that the address or the body held. */
function assertPlace(message: string, read: Read, weather: WeatherServer): void {
  const [request] = weather.requestsTo(read.path);
  const { host } = new URL(weather.origin);
  assert.ok(message.includes(`${read.method} ${host}${request?.path}`), `no place in: ${message}`);
  assert.ok(!message.includes(QUERY_OF_REDIRECT), `a query in: ${message}`);
  assert.doesNotMatch(message, /password=|token=|expiration=|Please sign in/);
}

describe('the weather between a function and a vendor', { concurrency: true }, () => {
  for (const read of READS) {
    it(`${read.what} meets HTTP 504 with the JSON of a success three times: VendorBusyError`, async (t) => {
      const site = await openSite(t, read);
      site.weather.always(read.path, BUSY);

      const run = read.run(site);

      await assert.rejects(run, { name: 'VendorBusyError' });
      assert.equal(site.weather.requestsTo(read.path).length, 3);
    });
  }

  for (const read of ARCGIS_READS) {
    for (const [what, answer] of FAILURES) {
      it(`${read.what} meets ${what}: two tries are borne, three are VendorBusyError`, async (t) => {
        const site = await openSite(t, read);
        site.weather.next(read.path, answer, answer);
        await read.run(site);
        site.weather.always(read.path, answer);

        const run = read.run({ ...site, target: site.newTarget() });

        await assert.rejects(run, { name: 'VendorBusyError', message: /HTTP 500.*Try again later/ });
        assert.equal(site.weather.requestsTo(read.path).length, 3 + 3);
      });
    }
  }

  it("a service that the server does not know is VendorRejectedError at once, also where ArcGIS' code comes with HTTP 500", async (t) => {
    const [, , , read = assert.fail()] = ARCGIS_READS;
    const site = await openSite(t, read);
    const error = { code: 500, message: 'Service Imagery/Landsat/ImageServer not found', details: [] };
    site.weather.always(read.path, { ...jsonAnswer({ error }), status: 500 });

    const run = read.run(site);

    await assert.rejects(run, { name: 'VendorRejectedError', message: /code 500.*not found/ });
    assert.equal(site.weather.requestsTo(read.path).length, 1);
  });

  for (const read of [POLL, ...READS]) {
    for (const [what, answer] of FINAL) {
      // A login has no body to be judged by: its answer is the header.
      if (read.path.test('auth/login') && !/5 MB|HTTP/.test(what)) continue;
      it(`${read.what} meets ${what}: VendorContractError at once, naming the place`, async (t) => {
        const site = await openSite(t, read);
        site.weather.always(read.path, answer);

        const run = read.run(site);

        const error = await run.then(() => assert.fail('it succeeded'), Object);
        assert.equal(error.name, 'VendorContractError');
        // A poll is asked once more, without the job's messages.
        const requests = read === POLL && /5 MB/.test(what) ? 2 : 1;
        assert.equal(site.weather.requestsTo(read.path).length, requests);
        assert.deepEqual(site.weather.requestsTo(/moved/), []);
        assertPlace(error.message, read, site.weather);
      });
    }
  }

  for (const read of READS) {
    it(`${read.what} meets Retry-After: 60: VendorBusyError without another try`, async (t) => {
      const site = await openSite(t, read);
      site.weather.always(read.path, { status: 503, headers: { 'retry-after': '60' } });

      const run = read.run(site);

      await assert.rejects(run, { name: 'VendorBusyError' });
      assert.equal(site.weather.requestsTo(read.path).length, 1);
    });

    it(`${read.what} succeeds at the third try, after a reset and after the second that Retry-After asks for`, async (t) => {
      const site = await openSite(t, read);
      const refusedAt: number[] = [];
      site.weather.next(read.path, 'reset', () => {
        refusedAt.push(Date.now());
        return { status: 429, headers: { 'retry-after': '1' } };
      });
      site.weather.next(read.path, () => {
        refusedAt.push(Date.now());
        return undefined;
      });

      await read.run(site);

      const [first = 0, second = 0] = refusedAt;
      assert.ok(second - first >= 995, `${second - first} ms`);
      assert.equal(site.weather.requestsTo(read.path).length, 3);
    });
  }

  it('a poll that meets HTTP 504 with the JSON of a success says nothing of its job, which is watched on', async (t) => {
    const site = await openSite(t, POLL);
    site.weather.always(POLL.path, BUSY);

    const result = await POLL.run(site);

    assert.partialDeepStrictEqual(result, { status: 'running', polls: 1, jobStatus: 'esriJobSubmitted' });
    assert.equal(site.weather.requestsTo(POLL.path).length, 3);
  });

  for (const [what, answer] of FINAL) {
    it(`the error after ${what} says what to do next`, async (t) => {
      const [, , , read = assert.fail()] = ARCGIS_READS;
      const site = await openSite(t, read);
      site.weather.always(read.path, answer);

      const run = read.run(site);

      await assert.rejects(run, { message: NEXT_STEP });
    });
  }

  it('a Retry-After that is a date is honoured too', async (t) => {
    const [read = assert.fail()] = ARCGIS_READS;
    const site = await openSite(t, read);
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    site.weather.always(read.path, { status: 503, headers: { 'retry-after': inAMinute } });

    const run = read.run(site);

    await assert.rejects(run, { name: 'VendorBusyError' });
    assert.equal(site.weather.requestsTo(read.path).length, 1);
  });

  it('a compressed answer is named as what it is, and asked for is none', async (t) => {
    const [, , read = assert.fail()] = ARCGIS_READS;
    const site = await openSite(t, read);
    site.weather.always(read.path, { headers: { 'content-encoding': 'gzip' }, body: '\u001f\ufffd' });

    const run = read.run(site);

    await assert.rejects(run, { name: 'VendorContractError', message: /content-encoding gzip/ });
    assert.equal(site.weather.requestsTo(read.path)[0]?.headers['accept-encoding'], 'identity');
  });

  it('an answer just under 5 MB is read', async (t) => {
    const [, , read = assert.fail()] = ARCGIS_READS;
    const site = await openSite(t, read);
    site.weather.always(read.path, { body: JSON.stringify({ success: true, pad: 'x'.repeat(4_900_000) }) });

    const result = await read.run(site);

    assert.partialDeepStrictEqual(result, { status: 'succeeded' });
  });

  for (const read of [...ARCGIS_READS.slice(0, 1), ...MICROSTRATEGY_READS.slice(0, 1)]) {
    it(`${read.what} finds nobody listening: VendorUnreachableError, naming the place and the address to check`, async (t) => {
      const site = await openSite(t, read);
      site.weather.stopListening();

      const run = read.run(site);

      await assert.rejects(run, {
        name: 'VendorUnreachableError',
        message: /127\.0\.0\.1:\d+\/.*ECONNREFUSED.*Check the address/,
      });
    });
  }
});
