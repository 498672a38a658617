import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/check-job/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { GpJob } from '../../local/emulators/arcgis/gp-jobs.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const JOB_PATH = /\/jobs\/[^/]+$/;
const SUBMIT = { inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES', scales: [591657527.591555] };
const MAX_MESSAGE_BYTES = 32_000;

describe('check-job', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;
  let target: string;
  let now: number;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    now = Date.now();
    emulator = await startArcgisEmulator({ now: () => now, jobSeconds: 100 });
    weather = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
  });
  afterEach(() => Promise.all([weather.close(), emulator.close()]));

  /** A watch of a new job, as it is when the job is no longer young. */
  const submit = async () => {
    const watch = Object(await invoke(manageTiles, { submit: { target, ...SUBMIT } }));
    const submittedAt = new Date(Date.parse(watch.job.submittedAt) - 60_000).toISOString();
    return { ...watch, job: { ...watch.job, submittedAt } };
  };
  const newestJob = (): GpJob => emulator.jobs.list().at(-1) ?? assert.fail('no job');

  it('goes from poll to poll and ends with the result, the output address and the messages', async () => {
    const submitted = await submit();
    const { id } = newestJob();
    now += 50_000;
    const executing = Object(await invoke(handler, submitted));
    now += 3600_000;

    const { result } = Object(await invoke(handler, executing));

    assert.partialDeepStrictEqual(executing, {
      status: 'running',
      job: submitted.job,
      polls: 1,
      jobStatus: 'esriJobExecuting',
    });
    assert.ok(executing.percent > 0 && executing.percent < 100, `percent is ${executing.percent}`);
    assert.partialDeepStrictEqual(result, {
      operation: 'manage-map-server-cache-tiles',
      target,
      service: 'Basemap.MapServer',
      jobId: id,
      status: 'succeeded',
      submittedAt: submitted.job.submittedAt,
      polls: 2,
      outputUrl: `${emulator.url}/rest/services/Basemap/MapServer`,
    });
    assert.deepEqual(Object(result).messages.at(-1), { type: 'informative', text: 'Succeeded.' });
    assert.ok(Number.isInteger(Object(result).elapsedSeconds));
    assert.ok(Date.parse(Object(result).finishedAt) >= Date.parse(submitted.job.submittedAt));
  });

  it('asks by POST with the token in the body and for the messages', async () => {
    const watch = await submit();

    await invoke(handler, watch);

    const [poll] = weather.requestsTo(JOB_PATH);
    assert.equal(poll?.method, 'POST');
    assert.match(poll?.body ?? '', /returnMessages=true/);
    assert.match(poll?.body ?? '', /token=/);
  });

  for (const jobStatus of ['New', 'Submitted', 'Waiting', 'Executing', 'Cancelling', 'Deleting', 'SomethingNew'].map(
    (state) => `esriJob${state}`,
  )) {
    it(`goes on polling while the job is ${jobStatus}`, async () => {
      const watch = await submit();
      weather.next(JOB_PATH, jsonAnswer({ jobId: watch.job.jobId, jobStatus, messages: [] }));

      const next = await invoke(handler, watch);

      assert.partialDeepStrictEqual(next, { status: 'running', job: watch.job, polls: 1, jobStatus });
      assert.ok(Object(next).waitSeconds >= 2);
    });
  }

  const ends: [jobStatus: string, name: string][] = [
    ['esriJobFailed', 'JobFailedError'],
    ['esriJobTimedOut', 'JobTimedOutError'],
    ['esriJobCancelled', 'JobCancelledError'],
    ['esriJobDeleted', 'JobLostError'],
  ];
  for (const [jobStatus, name] of ends) {
    it(`is ${name}, with the job's last messages, when the job is ${jobStatus}`, async () => {
      const watch = await submit();
      const messages = [{ type: 'esriJobMessageTypeError', description: 'ERROR 001470: out of disk' }];
      weather.next(JOB_PATH, jsonAnswer({ jobId: watch.job.jobId, jobStatus, messages }));

      const run = invoke(handler, watch);

      await assert.rejects(run, { name, message: new RegExp(`${watch.job.jobId}.*error: ERROR 001470: out of disk`) });
    });

    it(`is ${name} also without any message`, async () => {
      const watch = await submit();
      weather.next(JOB_PATH, jsonAnswer({ jobId: watch.job.jobId, jobStatus }));

      const run = invoke(handler, watch);

      await assert.rejects(run, { name });
    });
  }

  it('maps the types of messages, keeps the newest 20 and cuts each at 500 characters', async () => {
    const watch = await submit();
    const types = ['Informative', 'Warning', 'Error', 'Empty', 'Abort', 'ProcessStart'];
    const old = Array.from({ length: 40 }, () => ({
      type: 'esriJobMessageTypeInformative',
      description: 'x'.repeat(600),
    }));
    const newest = types.map((type) => ({ type: `esriJobMessageType${type}`, description: type }));
    weather.next(JOB_PATH, jsonAnswer({ jobStatus: 'esriJobSucceeded', results: {}, messages: [...old, ...newest] }));

    const { messages } = Object(await invoke(handler, watch)).result;

    assert.equal(messages.length, 20);
    assert.equal(messages[0].text.length, 500);
    assert.deepEqual(
      messages.slice(-6).map(({ type }: { type: string }) => type),
      ['informative', 'warning', 'error', 'empty', 'abort', 'informative'],
    );
  });

  for (const jobStatus of ['esriJobFailed', 'esriJobSucceeded']) {
    it(`keeps what leaves below 32 KB with messages of any script (${jobStatus})`, async () => {
      const watch = await submit();
      const messages = Array.from({ length: 50 }, () => ({
        type: 'esriJobMessageTypeError',
        description: '\u0001地😀"'.repeat(900),
      }));
      weather.next(JOB_PATH, jsonAnswer({ jobStatus, results: {}, messages }));

      const { result } = Object(
        await invoke(handler, watch).catch(({ message }: Error) => ({ result: { errorMessage: message } })),
      );

      const bytes = Buffer.byteLength(JSON.stringify(result));
      assert.ok(bytes > 5000 && bytes < MAX_MESSAGE_BYTES, `${bytes} bytes`);
    });
  }

  it('reads the progress under both of its names', async () => {
    const watch = await submit();
    weather.next(JOB_PATH, jsonAnswer({ jobStatus: 'esriJobExecuting', progress: { percent: 42 } }));
    weather.next(JOB_PATH, jsonAnswer({ jobStatus: 'esriJobExecuting', progress: { percentage: 43 } }));

    const first = await invoke(handler, watch);
    const second = await invoke(handler, first);

    assert.deepEqual([Object(first).percent, Object(second).percent], [42, 43]);
  });

  it('polls on with a new token when the old one has ended', async () => {
    const watch = await submit();
    emulator.tokens.expireAll();

    const next = await invoke(handler, watch);

    assert.partialDeepStrictEqual(next, { status: 'running', polls: 1 });
  });

  it('has succeeded also when the output cannot be read', async () => {
    const watch = await submit();
    now += 3600_000;
    weather.always(/\/results\//, { status: 404, body: '<html></html>' });

    const result = await invoke(handler, watch);

    assert.partialDeepStrictEqual(result, { status: 'succeeded', result: { jobId: watch.job.jobId } });
  });

  const tooLarge = JSON.stringify({ jobStatus: 'esriJobExecuting', messages: [], pad: 'x'.repeat(5_000_001) });

  it('leaves the messages out where they are over 5 MB, from then on at once', async () => {
    const watch = await submit();
    weather.always(JOB_PATH, ({ body }) => (/returnMessages=true/.test(body) ? { body: tooLarge } : undefined));
    now += 50_000;

    const first = await invoke(handler, watch);
    const requests = weather.requestsTo(JOB_PATH).length;
    now += 600_000;
    const { result } = Object(await invoke(handler, first));

    assert.partialDeepStrictEqual(first, { status: 'running', jobStatus: 'esriJobExecuting', withoutMessages: true });
    assert.deepEqual([requests, weather.requestsTo(JOB_PATH).length], [2, 3]);
    assert.equal(result.status, 'succeeded');
    assert.match(result.messages[0].text, /over 5 MB.*\/jobs\/j/);
  });

  it('tells how a job with too many messages has failed', async () => {
    const watch = await submit();
    weather.next(JOB_PATH, { body: tooLarge }, jsonAnswer({ jobStatus: 'esriJobFailed' }));

    const run = invoke(handler, watch);

    await assert.rejects(run, { name: 'JobFailedError', message: /messages are over 5 MB/ });
  });

  it('takes the messages of a server that gives them all the same', async () => {
    const watch = await submit();
    const messages = [{ type: 'esriJobMessageTypeInformative', description: 'Done.' }];
    weather.next(JOB_PATH, jsonAnswer({ jobStatus: 'esriJobSucceeded', results: {}, messages }));

    const { result } = Object(await invoke(handler, { ...watch, withoutMessages: true }));

    assert.deepEqual(result.messages, [{ type: 'informative', text: 'Done.' }]);
  });
});
