import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as z from 'zod';
import { handler } from '../../../../functions/check-job/handler.ts';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { type AnsweringServer, startAnsweringServer } from '../../../support/answering-server.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';

const TASK_PATH = 'rest/services/System/CachingTools/GPServer/DeleteCache';
const TASK = `/arcgis/${TASK_PATH}`;
const TOKEN = 'correct-horse-battery-staple';
const said = (description: string, type = 'esriJobMessageTypeInformative') => ({ type, description });

const endSchema = z.object({
  status: z.string(),
  polls: z.number(),
  watchingCost: z.number(),
  result: z.looseObject({ finishedAt: z.string(), elapsedSeconds: z.number() }),
});

describe('checking a job', () => {
  let aws: TestAws;
  let server: AnsweringServer;
  let target: string;
  let job: unknown;

  before(async () => {
    aws = await startTestAws();
    server = await startAnsweringServer(() => job);
    target = aws.newTarget({ vendor: 'arcgis', url: `${server.url}/arcgis`, token: TOKEN });
  });
  beforeEach(() => {
    server.calls.length = 0;
  });
  after(async () => {
    await server.close();
    await aws.close();
  });

  const watch = (secondsAgo = 3600, taskPath = TASK_PATH) => ({
    status: 'running',
    job: {
      operation: 'delete-map-server-cache',
      target,
      service: 'Base/Roads.MapServer',
      taskPath,
      jobId: 'j1',
      submittedAt: new Date(Date.now() - secondsAgo * 1000).toISOString(),
    },
    deadline: new Date(Date.now() + 3_600_000).toISOString(),
    polls: 3,
    waitSeconds: 9,
    leaseUntil: new Date(Date.now() + 60_000).toISOString(),
    watchingCost: 0.001,
    jobStatus: 'esriJobSubmitted',
    percent: 10,
    notes: ['noted'],
  });

  it('gives the next watch while the job runs, with a wait by its age', async (t) => {
    logLines(t);
    job = { jobId: 'j1', jobStatus: 'esriJobExecuting' };
    const before = watch();

    const result = await invoke(handler, before);

    const { percent: _percent, leaseUntil: oldLease, watchingCost: _cost, ...kept } = before;
    const { leaseUntil, watchingCost, ...next } = watchSchema.parse(result);
    assert.deepEqual(next, { ...kept, polls: 4, waitSeconds: 180, jobStatus: 'esriJobExecuting' });
    assert.ok(leaseUntil > oldLease && watchingCost > 0);
    assert.equal(server.calls[0]?.path, `${TASK}/jobs/j1`);
  });

  for (const name of ['percent', 'percentage']) {
    it(`waits half of the estimated rest where the job tells its progress as ${name}`, async (t) => {
      logLines(t);
      job = { jobId: 'j1', jobStatus: 'esriJobExecuting', progress: { [name]: 90 } };

      const result = await invoke(handler, watch());

      assert.partialDeepStrictEqual(result, { status: 'running', waitSeconds: 200, percent: 90 });
    });
  }

  it('gives the result of a job that has succeeded', async (t) => {
    logLines(t);
    job = {
      jobId: 'j1',
      jobStatus: 'esriJobSucceeded',
      results: {},
      messages: [said('Done.'), said('Slow', 'esriJobMessageTypeWarning')],
    };
    const before = watch(60);

    const result = await invoke(handler, before);

    const { submittedAt } = before.job;
    const { result: operationResult, status, polls } = endSchema.parse(result);
    assert.deepEqual([status, polls], ['succeeded', 4]);
    const { finishedAt, elapsedSeconds, ...others } = operationResult;
    assert.deepEqual(others, {
      operation: 'delete-map-server-cache',
      target,
      service: 'Base/Roads.MapServer',
      jobId: 'j1',
      status: 'succeeded',
      submittedAt,
      polls: 4,
      messages: [
        { type: 'informative', text: 'Done.' },
        { type: 'warning', text: 'Slow' },
      ],
      notes: ['noted', 'The job succeeded, and its messages hold 1 warning: see what they name.'],
    });
    assert.equal(elapsedSeconds, Math.round((Date.parse(String(finishedAt)) - Date.parse(submittedAt)) / 1000));
  });

  const ends: [jobStatus: string, error: string][] = [
    ['esriJobFailed', 'JobFailedError'],
    ['esriJobTimedOut', 'JobTimedOutError'],
    ['esriJobCancelled', 'JobCancelledError'],
    ['esriJobDeleted', 'JobLostError'],
  ];
  for (const [jobStatus, name] of ends) {
    it(`throws ${name} with the job's last messages for ${jobStatus}`, async (t) => {
      logLines(t);
      job = { jobId: 'j1', jobStatus, messages: [said('ERROR 000732: no such tile', 'esriJobMessageTypeError')] };

      const run = invoke(handler, watch());

      await assert.rejects(run, { name, message: /j1.*Base\/Roads\.MapServer.*error: ERROR 000732: no such tile/ });
    });
  }

  it('keeps 20 messages of a failed job below 32 KB', async (t) => {
    logLines(t);
    const messages = Array.from({ length: 200 }, (_, index) => said(`${index} ${'道'.repeat(900)}`));
    job = { jobId: 'j1', jobStatus: 'esriJobFailed', messages };

    const run = invoke(handler, watch());

    await assert.rejects(run, ({ message }: Error) => {
      assert.ok(Buffer.byteLength(message) < 32_000);
      assert.match(message, /informative: 199 /);
      return true;
    });
  });

  it('lets no part of a secret out of a message that is cut in the middle of it', async (t) => {
    logLines(t);
    job = { jobId: 'j1', jobStatus: 'esriJobSucceeded', results: {}, messages: [said(`${'x'.repeat(485)}${TOKEN}`)] };

    const result = await invoke(handler, watch());

    assert.doesNotMatch(JSON.stringify(result), /correct-horse/);
  });

  it('gives up a job that is still running at its deadline', async (t) => {
    logLines(t);
    job = { jobId: 'j1', jobStatus: 'esriJobExecuting' };

    const run = invoke(handler, { ...watch(), deadline: new Date(Date.now() - 1).toISOString() });

    await assert.rejects(run, {
      name: 'JobTimedOutError',
      message: /still esriJobExecuting at its deadline.*maxDuration/,
    });
  });

  it('hands over after every hundredth poll', async (t) => {
    logLines(t);
    job = { jobId: 'j1', jobStatus: 'esriJobExecuting' };

    const results = [
      await invoke(handler, { ...watch(), polls: 98 }),
      await invoke(handler, { ...watch(), polls: 99 }),
    ];

    assert.deepEqual(
      results.map((result) => watchSchema.parse(result).status),
      ['running', 'handover'],
    );
  });

  it('tells the state machine the time', async (t) => {
    logLines(t);
    const since = new Date(Date.now() - 100_000).toISOString();

    const result = await invoke(handler, { clock: { since } });

    const { now, longAgo, waitSeconds } = Object(result);
    assert.equal(waitSeconds, 5);
    // Nobody waits longer than 15 minutes between two looks.
    assert.equal(Date.parse(now) - Date.parse(longAgo), 20 * 60_000);
  });

  it('sends no credential to what is not the path of a task', async (t) => {
    logLines(t);
    job = { jobId: 'j1', jobStatus: 'esriJobSucceeded' };
    const elsewhere = ['https://evil.example.org/task', `../${TASK_PATH}`, `${TASK_PATH}/../../x`, `${TASK_PATH}?x`];

    const runs = elsewhere.map((taskPath) => invoke(handler, watch(60, taskPath)));

    for (const run of runs) await assert.rejects(run, { name: 'InvalidInputError' });
    assert.deepEqual(server.calls, []);
  });

  for (const event of [null, {}, { status: 'succeeded' }]) {
    it(`refuses ${JSON.stringify(event)}, which is no watch`, async (t) => {
      logLines(t);

      const run = invoke(handler, event);

      await assert.rejects(run, { name: 'InvalidInputError' });
    });
  }
});
