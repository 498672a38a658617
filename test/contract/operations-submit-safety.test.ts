import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import {
  type Answer,
  askUpstream,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type Weather,
} from '../support/weather-server.ts';

const SUBMIT_PATH = /submitJob/;
const SERVICE_PATH = /CachedServices\/Streets\/MapServer$/;
/** Leaves a bit over a second after what a function keeps back for itself. */
const SHORT_RUN = { getRemainingTimeInMillis: () => 6_200 };
const INPUT_SERVICE = 'CachedServices/Streets.MapServer';

/** What gateways answer for themselves, by the defaults of Spring and others; the server behind may have done the work. */
const spellings: object[] = [
  { timestamp: '2026-01-01T00:00:00Z', status: 500, error: 'Internal Server Error' },
  { error: 'Internal Server Error' },
  { status: 'error' },
  { success: false },
  { error: { message: 'failed' } },
  { error: { code: 'E_FAIL', message: 'failed' } },
];
const gatewaySpellings = spellings.flatMap((body) =>
  [200, 500, 520].map((status): [what: string, answer: Answer] => [
    `${JSON.stringify(body)} with HTTP ${status}`,
    { ...jsonAnswer(body), status },
  ]),
);
const REFUSED_TOKEN = { ...jsonAnswer({ error: { code: 498, message: 'Invalid Token' } }), status: 500 };
const REFUSED = { error: { code: 400, message: 'Unable to complete operation.', details: [] } };

describe('a submit', { concurrency: true }, () => {
  let aws: TestAws;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  async function openSite(t: TestContext) {
    const emulator = await startArcgisEmulator();
    const weather = await startWeatherServer({ upstream: emulator.url });
    t.after(() => Promise.all([weather.close(), emulator.close()]));
    const { username, password } = emulator;
    const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
    const submit = (context = {}) =>
      invoke(
        manageTiles,
        { submit: { target, inputService: INPUT_SERVICE, updateMode: 'RECREATE_ALL_TILES' } },
        context,
      );
    return { emulator, weather, target, submit, submits: () => weather.requestsTo(SUBMIT_PATH).length };
  }

  const uncertain: [what: string, weather: Weather][] = [
    ['HTML with HTTP 500', htmlAnswer(500)],
    ['HTTP 504 with a Retry-After', { status: 504, headers: { 'retry-after': '0' } }],
    ['code 504 inside an HTTP 200', jsonAnswer({ error: { code: 504, message: 'Gateway Time-out' } })],
    ["a gateway's own JSON with HTTP 500", { ...jsonAnswer({ message: 'Internal server error' }), status: 500 }],
    [
      "a web adaptor's word that it could not reach the server",
      jsonAnswer({ error: { code: 500, message: 'Could not access any server machines.' } }),
    ],
    ['HTML with HTTP 404', htmlAnswer(404)],
    ['broken JSON', { body: '{"jobId":"j1","jobSta' }],
    ['an empty answer', {}],
    ['no job id', jsonAnswer({ jobStatus: 'esriJobSubmitted' })],
    ['an empty job id', jsonAnswer({ jobId: '', jobStatus: 'esriJobSubmitted' })],
  ];
  for (const [what, answer] of [...uncertain, ...gatewaySpellings]) {
    it(`is SubmitUncertainError after ${what}, and is sent once`, async (t) => {
      const { weather, submit, submits } = await openSite(t);
      weather.always(SUBMIT_PATH, answer);

      const run = submit();

      await assert.rejects(run, { name: 'SubmitUncertainError', message: /submitJob.*job may have been started/ });
      assert.equal(submits(), 1);
    });
  }

  for (const [what, answer] of [...gatewaySpellings, ['a refused token with HTTP 500', REFUSED_TOKEN]] as const) {
    it(`adopts the job that was started behind ${what}`, async (t) => {
      const { weather, emulator, submit, submits } = await openSite(t);
      weather.next(SUBMIT_PATH, (request) => {
        void askUpstream(request, emulator.url).then((answered) => answered.resume());
        return answer;
      });

      const watch = await submit();

      const [job, ...others] = emulator.jobs.list();
      assert.deepEqual([submits(), others], [1, []]);
      assert.partialDeepStrictEqual(watch, { status: 'running', job: { jobId: job?.id } });
    });
  }

  it("is VendorRejectedError after a refusal with ArcGIS' own code, with HTTP 500 it is uncertain", async (t) => {
    const { weather, submit, submits } = await openSite(t);
    weather.next(SUBMIT_PATH, jsonAnswer(REFUSED), { ...jsonAnswer(REFUSED), status: 500 });

    const refused = submit();
    await assert.rejects(refused, { name: 'VendorRejectedError' });
    const uncertain = submit();
    await assert.rejects(uncertain, { name: 'SubmitUncertainError' });

    assert.equal(submits(), 2);
  });

  const others = [
    {
      operation: 'delete-map-server-cache',
      handler: deleteCache,
      input: { inputService: INPUT_SERVICE, confirm: INPUT_SERVICE },
    },
    {
      operation: 'refresh-service',
      handler: refresh,
      input: { serviceName: 'Streets', serviceType: 'MapServer', serviceFolder: 'CachedServices' },
    },
  ];
  for (const { operation, handler, input } of others) {
    it(`of ${operation} is SubmitUncertainError after a reset too, and is sent once`, async (t) => {
      const { weather, target, submits } = await openSite(t);
      weather.always(SUBMIT_PATH, 'reset');

      const run = work(handler, { ...input, target, waitForJobCompletion: 'DO_NOT_WAIT' });

      await assert.rejects(run, { name: 'SubmitUncertainError' });
      assert.equal(submits(), 1);
    });
  }

  const refusals: [what: string, weather: Weather][] = [
    ['HTTP 503 with nothing', { status: 503 }],
    ['HTTP 503 with JSON', { ...jsonAnswer({ error: { code: 500, message: 'x' } }), status: 503 }],
    ['HTTP 503 with broken JSON', { status: 503, body: '{"jobId":' }],
    ['HTTP 429 with JSON', { ...jsonAnswer({ jobStatus: 'x' }), status: 429 }],
    ['code 503 inside an HTTP 200', jsonAnswer({ error: { code: 503, message: 'Service Unavailable' } })],
    [
      'a geoprocessing service that is not started',
      jsonAnswer({ error: { code: 500, message: 'Service may be stopped.' } }),
    ],
  ];
  for (const [what, answer] of refusals) {
    it(`is repeated up to three times after ${what}, and then VendorBusyError`, async (t) => {
      const { weather, submit, submits } = await openSite(t);
      weather.always(SUBMIT_PATH, answer);

      const run = submit();

      await assert.rejects(run, { name: 'VendorBusyError' });
      assert.equal(submits(), 3);
    });

    it(`starts one job when ${what} has passed`, async (t) => {
      const { weather, emulator, submit, submits } = await openSite(t);
      weather.next(SUBMIT_PATH, answer);

      await submit();

      assert.equal(submits(), 2);
      assert.equal(emulator.jobs.list().length, 1);
    });
  }

  it('ends the attempts when the server asks for more than 30 s', async (t) => {
    const { weather, submit, submits } = await openSite(t);
    weather.always(SUBMIT_PATH, { status: 503, headers: { 'retry-after': '60' } });

    const run = submit();

    await assert.rejects(run, { name: 'VendorBusyError' });
    assert.equal(submits(), 1);
  });

  it('is uncertain, and not sent a third time, when a reset follows a refusal', async (t) => {
    const { weather, submit, submits } = await openSite(t);
    weather.next(SUBMIT_PATH, { status: 503 }, 'reset');

    const run = submit();

    await assert.rejects(run, { name: 'SubmitUncertainError' });
    assert.equal(submits(), 2);
  });

  it('is VendorUnreachableError when the server has gone, since nothing was sent', async (t) => {
    const { weather, submit, submits } = await openSite(t);
    weather.next(SERVICE_PATH, () => {
      weather.stopListening();
      return {
        headers: { connection: 'close' },
        body: '{"singleFusedMapCache":true,"tileInfo":{"lods":[{"scale":1000}]}}',
      };
    });

    const run = submit();

    await assert.rejects(run, { name: 'VendorUnreachableError', message: /submitJob.*ECONNREFUSED/ });
    assert.equal(submits(), 0);
  });

  it('is sent once when the server is back after a refused connection', async (t) => {
    const { weather, emulator, submit, submits } = await openSite(t);
    weather.next(SERVICE_PATH, () => {
      weather.stopListening();
      // The first attempt follows within milliseconds, the second one 250 ms after it at the earliest.
      setTimeout(() => void weather.listenAgain(), 150);
      return {
        headers: { connection: 'close' },
        body: '{"singleFusedMapCache":true,"tileInfo":{"lods":[{"scale":591657527.591555}]}}',
      };
    });

    await submit();

    assert.equal(submits(), 1);
    assert.equal(emulator.jobs.list().length, 1);
  });

  it('is not sent at all when the time of the run is used up', async (t) => {
    const { weather, submit, submits } = await openSite(t);
    weather.always(SERVICE_PATH, 'silence');

    const run = submit(SHORT_RUN);

    await assert.rejects(run, { name: 'VendorUnreachableError' });
    assert.equal(submits(), 0);
  });
});
