import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { jobWatcher } from '../../functions/check-job/operation.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { watchOf } from '../support/watch.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type WeatherServer,
} from '../support/weather-server.ts';

const TASK = 'rest/services/System/CachingTools/GPServer/DeleteCache';
const JOB = /\/jobs\/j1$/;
const RESULT = /\/results\//;
const OUTPUT = 'https://gis.example.org/server/rest/services/A/MapServer';
const MAX_RESULT_BYTES = 32_000;

const message = (type: string, description: string) => ({ type: `esriJobMessageType${type}`, description });
const bundles = (count: number) =>
  Array.from({ length: count }, (_, index) => message('Informative', `Bundle ${index} done.`));
const succeeded = (more: object) => jsonAnswer({ jobId: 'j1', jobStatus: 'esriJobSucceeded', results: {}, ...more });
const outputs = (...names: string[]) => ({
  results: Object.fromEntries(names.map((name) => [name, { paramUrl: `results/${name}` }])),
});

describe('what is made of the answer of a job', () => {
  let aws: TestAws;
  let weather: WeatherServer;
  let pauses: number[];

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    weather = await startWeatherServer();
    pauses = [];
  });
  afterEach(() => weather.close());

  /** One look at the job; the pauses in it take no time. */
  async function look(operation = 'delete-map-server-cache') {
    const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, token: 'correct-horse' });
    const job = { operation, target, service: 'A.MapServer', taskPath: TASK };
    const watcher = jobWatcher(async (seconds) => void pauses.push(seconds));
    const handler = (event: unknown) => watcher(event, { requestId: 'r1', deadline: Date.now() + 60_000 });
    return Object(await invoke(handler, watchOf(job)));
  }

  async function resultAfter(answer: Answer) {
    weather.always(JOB, answer);
    return (await look()).result;
  }

  const early = message('Error', 'ERROR 000564: one or more contexts failed at scale 2000.');

  it('counts the errors and warnings of a job that succeeded, with the first error where it is not kept', async () => {
    const messages = [
      message('Informative', 'Submitted.'),
      early,
      message('Warning', 'Slow.'),
      message('Error', 'E2'),
      ...bundles(30),
    ];

    const result = await resultAfter(succeeded({ messages }));

    assert.equal(result.messages.length, 20);
    assert.deepEqual(result.notes, [
      'The job succeeded, and its messages hold 2 errors and 1 warning: see what they name. The first error: ERROR 000564: one or more contexts failed at scale 2000.',
    ]);
  });

  it('does not repeat an error that is among those kept', async () => {
    const result = await resultAfter(succeeded({ messages: [...bundles(3), early, ...bundles(3)] }));

    assert.deepEqual(result.notes, ['The job succeeded, and its messages hold 1 error: see what they name.']);
  });

  it('counts the end of a tool as an error', async () => {
    const result = await resultAfter(succeeded({ messages: [message('Abort', 'Gone.'), ...bundles(20)] }));

    assert.match(result.notes[0], /1 error: .*first error: Gone\.$/);
  });

  it('notes nothing where all went well', async () => {
    const result = await resultAfter(succeeded({ messages: bundles(30) }));

    assert.equal(result.notes, undefined);
  });

  it('keeps a result below 32 KB, and its first error without a secret, whatever the script', async () => {
    const long = '\u0001地😀"'.repeat(900);
    const messages = [message('Error', `correct-horse ${long}`), ...bundles(20).map(() => message('Error', long))];
    weather.always(RESULT, jsonAnswer({ value: `https://gis.example.org/${'x'.repeat(5_000)}` }));

    const result = await resultAfter(succeeded({ ...outputs('out_service_url'), messages }));

    const json = JSON.stringify(result);
    assert.ok(Buffer.byteLength(json) < MAX_RESULT_BYTES, `${Buffer.byteLength(json)} bytes`);
    assert.match(result.notes[0], /21 errors.*first error: \*\*\* /s);
    assert.ok(!json.includes('correct-horse'));
    assert.match(result.outputUrl, /\/jobs\/j1\/results\/out_service_url$/);
  });

  it('asks for no output whose name is no name', async () => {
    const result = await resultAfter(succeeded(outputs('../../x', 'a/b', '%2e%2e')));

    assert.equal(result.outputUrl, undefined);
    assert.equal(weather.requestsTo(JOB).length, weather.requests.length);
  });

  it('asks again where a job has succeeded and its output is not told yet', async () => {
    const early = jsonAnswer({ jobStatus: 'esriJobSucceeded' });
    weather.next(JOB, early, early, early);
    weather.always(RESULT, jsonAnswer({ value: OUTPUT }));

    const result = await resultAfter(succeeded(outputs('out_service_url')));

    assert.deepEqual([result.outputUrl, result.polls], [OUTPUT, 1]);
    assert.deepEqual(pauses, [0.5, 1, 2]);
  });

  for (const [what, answer] of [
    ['nothing of an output', jsonAnswer({ jobStatus: 'esriJobSucceeded' })],
    ['that it runs', jsonAnswer({ jobStatus: 'esriJobExecuting' })],
    ['that it has failed', jsonAnswer({ jobStatus: 'esriJobFailed' })],
    ['a refusal', jsonAnswer({ error: { code: 403, message: 'no' } })],
    ['a page', htmlAnswer()],
  ] as const) {
    it(`has succeeded, without an output, where it is told ${what} after that`, async () => {
      weather.next(JOB, jsonAnswer({ jobStatus: 'esriJobSucceeded' }));
      weather.always(JOB, answer);

      const { status, result } = await look();

      assert.deepEqual([status, result.outputUrl], ['succeeded', undefined]);
      assert.equal(weather.requestsTo(JOB).length, 4);
    });
  }

  it('does not wait for the output of a refresh, which is no address', async () => {
    weather.always(JOB, jsonAnswer({ jobStatus: 'esriJobSucceeded' }));

    await look('refresh-service');

    assert.deepEqual(pauses, []);
  });
});
