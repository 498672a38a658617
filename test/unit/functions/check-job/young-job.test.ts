import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { jobWatcher } from '../../../../functions/check-job/operation.ts';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { type AnsweringServer, startAnsweringServer } from '../../../support/answering-server.ts';
import { startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';
import { watchOf } from '../../../support/watch.ts';

const TASK = '/arcgis/rest/services/System/CachingTools/GPServer/DeleteCache';
const NOW = Date.parse('2026-01-01T00:00:00Z');
const EXECUTING = { jobId: 'j1', jobStatus: 'esriJobExecuting' };

describe('looking at a young job', () => {
  let aws: TestAws;
  let server: AnsweringServer;
  let target: string;
  let answers: object[];

  before(async () => {
    aws = await startTestAws();
    server = await startAnsweringServer(() => answers.shift() ?? EXECUTING);
    target = aws.newTarget({ vendor: 'arcgis', url: `${server.url}/arcgis`, token: 'correct-horse' });
  });
  beforeEach(() => {
    server.calls.length = 0;
    answers = [];
  });
  after(async () => {
    await server.close();
    await aws.close();
  });

  const job = () => ({
    operation: 'refresh-service',
    target,
    service: 'A.ImageServer',
    taskPath: TASK.slice('/arcgis/'.length),
  });
  const submitted = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString();

  /** One call of the function at a time that only its pauses let pass. */
  async function look(t: Parameters<typeof logLines>[0], watch: (now: number) => object, passing = true) {
    t.mock.timers.enable({ apis: ['Date'], now: NOW });
    logLines(t);
    const pauses: number[] = [];
    const watcher = jobWatcher(async (seconds) => {
      pauses.push(seconds);
      if (passing) t.mock.timers.setTime(Date.now() + seconds * 1000);
    });
    const result = await watcher(watch(NOW), { requestId: 'r1', deadline: NOW + 115_000 });
    return { result, pauses, pausedSeconds: pauses.reduce((sum, seconds) => sum + seconds, 0) };
  }

  it('asks every 0.4 s until it is ten seconds old, in one call that counts what was asked', async (t) => {
    const { result, pausedSeconds } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }));

    const watch = watchSchema.parse(result);
    assert.ok(Math.abs(pausedSeconds - 8) < 0.41, `${pausedSeconds} s`);
    assert.equal(watch.polls, server.calls.length);
    assert.equal(watch.polls, 21);
    assert.deepEqual([watch.status, watch.waitSeconds], ['running', 2]);
  });

  it('ends with the poll that finds it over', async (t) => {
    answers = [EXECUTING, EXECUTING, { jobId: 'j1', jobStatus: 'esriJobSucceeded' }];

    const { result, pauses } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }));

    assert.partialDeepStrictEqual(result, { status: 'succeeded', polls: 3, result: { polls: 3, elapsedSeconds: 3 } });
    assert.equal(pauses.length, 2);
  });

  it('does not heed what the job tells of its progress', async (t) => {
    answers = Array.from({ length: 21 }, () => ({ ...EXECUTING, progress: { percent: 1 } }));

    await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }));

    assert.equal(server.calls.length, 21);
  });

  it('costs less than one more look by the state machine would', async (t) => {
    const { result } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }, { watchingCost: 0 }));

    const { watchingCost } = watchSchema.parse(result);
    assert.ok(watchingCost > 0.000075 && watchingCost < 0.00015, `${watchingCost}`);
  });

  it('leaves a poll that is told nothing to the state machine', async (t) => {
    answers = [EXECUTING, { error: { code: 500, message: 'Error performing operation.', details: [] } }];

    const { result } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }));

    assert.partialDeepStrictEqual(result, { status: 'running', polls: 2, waitSeconds: 2 });
  });

  it('is one poll where the job is no longer young', async (t) => {
    const { result, pauses } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(10) }));

    assert.partialDeepStrictEqual(result, { status: 'running', polls: 1 });
    assert.deepEqual(pauses, []);
  });

  it('ends after 25 polls whatever the clocks say', async (t) => {
    const { result } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(-3600) }), false);

    assert.partialDeepStrictEqual(result, { status: 'running', polls: 25 });
    assert.equal(server.calls.length, 25);
  });

  it('hands over also when it passes the hundredth poll on its way', async (t) => {
    const { result } = await look(t, () => watchOf({ ...job(), submittedAt: submitted(2) }, { polls: 90 }));

    assert.partialDeepStrictEqual(result, { status: 'handover', polls: 111 });
  });
});
