import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { assertEnded, assertStopped, NAME, OPERATION, STREETS, startNext, startRun, stopAt } from '../support/stops.ts';

const HOUR_SECONDS = 3600;
const PURGE = 'purge-microstrategy-caches';

async function platformOf(t: TestContext, options: Parameters<typeof startJobPlatform>[0] = {}): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 20_000 }, events: 'lost', ...options });
  t.after(() => platform.close());
  return platform;
}

/** Time stands still where nothing is at work. What is done at each hour has been done then. */
const waitAnHour = ({ clock }: JobPlatform) => clock.after(HOUR_SECONDS + 1, () => undefined);

const cleanUps = ({ stateMachines }: JobPlatform) =>
  stateMachines.executions.filter(({ machine }) => machine === 'cancel-run').length;

describe('a run whose end AWS tells nobody', () => {
  it('is cleaned up after when it is looked for, an hour later at most, and not before', async (t) => {
    const platform = await platformOf(t);
    stopAt(platform, { machine: 'run-job', state: 'Watch', moment: 'before' }, () => execution.abort());
    const execution = startRun(platform);
    await platform.idle();
    const before = [cleanUps(platform), platform.emulator.jobs.list()[0]?.status];
    t.after(platform.fireRules());

    await waitAnHour(platform);
    await platform.idle();

    assert.equal(before[0], 0);
    assert.match(String(before[1]), /Submitted|Executing/);
    assert.equal(cleanUps(platform), 1);
    await assertStopped(platform);
  });

  for (const state of ['Enter the ledger', 'Prepare', 'Note what it asks for', 'Hold and run'] as const) {
    it(`is found however early it was stopped: after "${state}"`, async (t) => {
      const platform = await platformOf(t);
      stopAt(platform, { machine: OPERATION, state, moment: 'after' }, () => execution.abort());
      const execution = startRun(platform);
      await platform.idle();
      t.after(platform.fireRules());

      await waitAnHour(platform);
      await platform.idle();

      assert.equal(execution.status, 'ABORTED');
      await assertStopped(platform);
    });
  }

  it('does not stand in the way of those behind it: the service is theirs when its job is cancelled', async (t) => {
    const platform = await platformOf(t);
    t.after(platform.fireRules());
    let next: Execution | undefined;
    stopAt(platform, { machine: 'run-job', state: 'Watch', moment: 'before' }, () => {
      execution.abort();
      next = startNext(platform);
    });

    const execution = startRun(platform);
    await platform.idle();

    const [first, second] = platform.emulator.jobs.list();
    assert.deepEqual(
      [first?.status, second?.status, next?.status],
      ['esriJobCancelled', 'esriJobSucceeded', 'SUCCEEDED'],
    );
    assert.ok((second?.submittedAt ?? 0) >= (first?.endedAt ?? Number.POSITIVE_INFINITY));
    assert.ok((second?.submittedAt ?? 0) - execution.startedAt < 2 * HOUR_SECONDS * 1000);
    assert.partialDeepStrictEqual(await platform.ledger.get(OPERATION, NAME), {
      status: 'cancelled',
      jobId: first?.id,
    });
  });

  it('leaves the queue that it stood in', async (t) => {
    const platform = await platformOf(t);
    const { target, clock } = platform;
    const tiles = (name: string, updateMode: string) =>
      platform.start('manage-map-server-cache-tiles', { target, inputService: STREETS, updateMode }, name);
    const holder = tiles('holder', 'RECREATE_EMPTY_TILES');
    await clock.after(10, () => undefined);
    const silent = tiles('silent', 'RECREATE_ALL_TILES');
    await clock.after(10, () => undefined);
    const behind = tiles('behind', 'DELETE_TILES');
    await clock.after(10, () => silent.abort());

    await platform.idle();

    assert.deepEqual([holder.status, silent.status, behind.status], ['SUCCEEDED', 'ABORTED', 'SUCCEEDED']);
    const [first, second, ...others] = platform.emulator.jobs.list();
    assert.equal(others.length, 0);
    const idleSeconds = ((second?.submittedAt ?? 0) - (first?.endedAt ?? 0)) / 1000;
    assert.ok(idleSeconds < 900 + 30, `the service was idle for ${idleSeconds} s`);
  });

  it('is left alone while it is at work, however long', async (t) => {
    const platform = await platformOf(t);
    t.after(platform.fireRules());

    const execution = startRun(platform);
    await platform.idle();

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.equal(cleanUps(platform), 0);
  });

  it('has its job cancelled at its deadline all the same: the machine does that itself', async (t) => {
    const platform = await platformOf(t, { settings: { jobs: { [OPERATION]: { maxDuration: 1 } } }, events: 'lost' });
    platform.emulator.jobs.nextFates.push('neverEnds');

    const execution = startRun(platform);
    await platform.idle();

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'JobTimedOutError']);
    assert.equal(platform.emulator.jobs.list()[0]?.status, 'esriJobCancelled');
    const run = (await platform.ledger.get(OPERATION, NAME)) ?? {};
    assert.deepEqual([run['status'], run['error']], ['failed', 'JobTimedOutError']);
    assertEnded(run);
    const claim = await platform.ledger.get('claim', `${platform.target}/${STREETS}`);
    assert.notEqual(claim?.['releasedAt'], undefined);
  });

  it('and that does its work in one call is called stopped, and keeps nothing', async (t) => {
    const platform = await platformOf(t);
    const target = platform.newTarget({ vendor: 'microstrategy', url: 'http://127.0.0.1:1/MicroStrategyLibrary' });
    stopAt(platform, { machine: 'run-job', state: 'Submit', moment: 'before' }, () => execution.abort());
    const execution = platform.start(PURGE, { target, projects: 'ALL' }, NAME);
    await platform.idle();
    t.after(platform.fireRules());

    await waitAnHour(platform);
    await platform.idle();

    const run = (await platform.ledger.get(PURGE, NAME)) ?? {};
    assert.equal(run['status'], 'stopped');
    assertEnded(run);
    assert.notEqual((await platform.ledger.get('claim', target))?.['releasedAt'], undefined);
  });
});
