import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SMALL_EXTENT } from '../support/hosted-site.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { BASEMAP, TILES, tilePlatform } from '../support/tile-runs.ts';

const FINEST = 36978595.474472;
const JOB_SECONDS = 300;

function hostedPlatform(t: TestContext): Promise<JobPlatform> {
  return tilePlatform(t, { emulator: { jobSeconds: JOB_SECONDS, hosted: true } });
}

function start({ start: startMachine, target }: JobPlatform, more: object = {}) {
  const input = { target, inputService: BASEMAP, updateMode: 'RECREATE_ALL_TILES', ...more };
  return startMachine(TILES, input, 'hosted');
}

describe('a run for the tiles of a hosted service', () => {
  it('renews the tiles of its extent, keeps those around them in the same bundle, and is paid for once', async (t) => {
    const platform = await hostedPlatform(t);
    const { emulator, clock } = platform;
    const startedAt = clock.now();
    const before = emulator.tiles.list(BASEMAP).length;

    const execution = start(platform, { scales: [FINEST], updateExtent: SMALL_EXTENT });
    await execution.ended;

    const tiles = emulator.tiles.list(BASEMAP);
    const renewed = tiles.filter(({ madeAt }) => madeAt >= startedAt).map(({ level, row, col }) => [level, row, col]);
    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.partialDeepStrictEqual(execution.output, { status: 'succeeded', service: BASEMAP });
    assert.deepEqual(renewed, [[4, 7, 8]]);
    assert.ok(tiles.length - before <= 1 && tiles.filter(({ level }) => level === 4).length > 100);
    assert.equal(emulator.hosted.credits, 1 / 10_000);
  });

  it("tells the vendor's percent", async (t) => {
    const platform = await hostedPlatform(t);
    const told = new Set<unknown>();
    platform.onState(async () => {
      told.add((await platform.ledger.get(TILES, 'hosted'))?.['percent']);
    });

    await start(platform).ended;

    const percents = [...told].filter((percent) => percent !== undefined).map(Number);
    assert.ok(percents.length > 0 && percents.every((percent) => percent % 20 === 0 && percent <= 100), `${percents}`);
  });

  it('runs failed tasks again once, and succeeds where they do well', async (t) => {
    const platform = await hostedPlatform(t);
    platform.emulator.hosted.nextFates.push('partly');

    const execution = start(platform);
    await execution.ended;

    const [job, ...others] = platform.emulator.hosted.list();
    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.deepEqual([job?.reruns, job?.status, others], [['ERROR'], 'DONE', []]);
  });

  for (const fate of ['staysPartly', 'fails'] as const) {
    it(`ends where a job ${fate} by the vendor's counts, after at most one rerun`, async (t) => {
      const platform = await hostedPlatform(t);
      platform.emulator.hosted.nextFates.push(fate);

      const execution = start(platform);
      await execution.ended;

      const [job, ...others] = platform.emulator.hosted.list();
      const isPartly = fate === 'staysPartly';
      assert.equal(execution.error, isPartly ? 'PartialFailureError' : 'JobFailedError');
      assert.match(execution.cause ?? '', isPartly ? /numTasks 5, numDoneTasks 4, numErrorTasks 1/ : /numErrorTasks 5/);
      assert.deepEqual([job?.reruns, others], [isPartly ? ['ERROR'] : [], []]);
      assert.equal((await platform.ledger.get(TILES, 'hosted'))?.['status'], 'failed');
      const claim = await platform.ledger.get('claim', `${platform.target}/${BASEMAP}`);
      assert.notEqual(claim?.['releasedAt'], undefined);
    });
  }

  it('sends no second rerun where the function breaks off after the first', async (t) => {
    const platform = await hostedPlatform(t);
    platform.emulator.hosted.nextFates.push('staysPartly');
    let broken = 0;
    platform.onInvoke(({ functionName, moment }) => {
      const isSent = (platform.emulator.hosted.list()[0]?.reruns.length ?? 0) > 0;
      if (functionName !== 'check-job' || moment !== 'after' || !isSent || broken > 0) return;
      broken += 1;
      throw Object.assign(new Error('it broke off'), { name: 'Sandbox.Timedout' });
    });

    const execution = start(platform);
    await execution.ended;

    assert.equal(broken, 1);
    assert.deepEqual(platform.emulator.hosted.list()[0]?.reruns, ['ERROR']);
    assert.equal(execution.error, 'PartialFailureError');
  });

  it('is told of a job that is gone', async (t) => {
    const platform = await hostedPlatform(t);
    platform.emulator.hosted.nextFates.push('isLost');

    const execution = start(platform);
    await execution.ended;

    assert.equal(execution.error, 'JobLostError');
  });

  for (const [machine, state, moment] of [
    ['run-job', 'Submit', 'after'],
    ['run-job', 'What came of it?', 'before'],
    ['run-job', 'Record the job', 'before'],
    ['run-job', 'Record the job', 'after'],
    ['run-job', 'Renew the lease', 'before'],
    ['run-job', 'Watch', 'before'],
    ['watch-job', 'Wait', 'before'],
    ['watch-job', 'Check', 'before'],
    ['watch-job', 'Check', 'after'],
    ['watch-job', 'Is it still running?', 'before'],
  ] as const) {
    it(`cancels the job on the server when stopped ${moment} ${state}`, async (t) => {
      const platform = await hostedPlatform(t);
      platform.emulator.hosted.nextFates.push('neverEnds');
      let stopped = false;
      platform.onState((at) => {
        if (stopped || at.machine !== machine || at.state !== state || at.moment !== moment) return;
        stopped = true;
        execution.abort();
      });

      const execution = start(platform);
      await platform.idle();

      const [job, ...others] = platform.emulator.hosted.list();
      assert.ok(stopped);
      assert.deepEqual([job?.status, others], ['Canceled', []]);
      const run = await platform.ledger.get(TILES, 'hosted');
      assert.deepEqual([run?.['status'], run?.['jobId']], ['cancelled', job?.id]);
    });
  }

  it('has its job found and watched where the submitting function breaks off', async (t) => {
    const platform = await hostedPlatform(t);
    let broken = 0;
    platform.onInvoke(({ functionName, event, moment }) => {
      if (functionName !== TILES || !('submit' in Object(event)) || moment !== 'after' || broken > 0) return;
      broken += 1;
      throw Object.assign(new Error('it broke off'), { name: 'Sandbox.Timedout' });
    });

    const execution = start(platform, { updateExtent: 'MINOF' });
    await execution.ended;

    const [job, ...others] = platform.emulator.hosted.list();
    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.deepEqual([Object(execution.output).jobId, others], [job?.id, []]);
  });

  for (const answer of ['reset', 'cut', { status: 500, body: '<html>' }] as const) {
    it(`adopts its job where the answer to the submit is lost (${JSON.stringify(answer)})`, async (t) => {
      const platform = await hostedPlatform(t);
      platform.emulator.faults.push({ path: /\/updateTiles$/, answer, afterWork: true });

      const execution = start(platform, { updateExtent: 'Basemap' });
      await execution.ended;

      assert.equal(execution.status, 'SUCCEEDED', execution.cause);
      const [job, ...others] = platform.emulator.hosted.list();
      assert.deepEqual([Object(execution.output).jobId, others], [job?.id, []]);
      assert.match(String(Object(execution.output).notes), /answer to the submit was lost/);
      assert.equal(platform.emulator.hosted.tilesPaid, job?.tasks.flatMap(({ tiles }) => tiles).length);
    });
  }

  it('is uncertain, and submits nothing again, where the job list shows no such job', async (t) => {
    const platform = await hostedPlatform(t);
    platform.emulator.faults.push({ path: /\/updateTiles$/, answer: 'reset' });

    const execution = start(platform);
    await platform.idle();

    assert.equal(execution.error, 'SubmitUncertainError');
    assert.match(execution.cause ?? '', /rest\/admin\/services\/Basemap\/MapServer\/jobs \(the service's own jobs\)/);
    assert.deepEqual(platform.emulator.hosted.list(), []);
  });

  it('is attached to by an equal run', async (t) => {
    const platform = await hostedPlatform(t);
    const input = { target: platform.target, inputService: BASEMAP, updateMode: 'RECREATE_ALL_TILES' };

    const executions = ['one', 'other'].map((name) => platform.start(TILES, { ...input, updateExtent: 'MAXOF' }, name));
    await Promise.all(executions.map(({ ended }) => ended));

    assert.deepEqual(
      executions.map(({ status }) => status),
      ['SUCCEEDED', 'SUCCEEDED'],
    );
    assert.equal(platform.emulator.hosted.list().length, 1);
  });

  it('ends at once for a refresh, of which the server makes no job', async (t) => {
    const platform = await hostedPlatform(t);

    const execution = platform.start('refresh-service', {
      target: platform.target,
      serviceName: 'Basemap',
      serviceType: 'MapServer',
    });
    await execution.ended;

    assert.partialDeepStrictEqual(execution.output, { status: 'succeeded', service: BASEMAP, messages: [] });
    assert.equal(platform.emulator.cleared.length, 1);
  });
});
