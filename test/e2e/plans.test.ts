import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPEN } from '../../shared/ledger/entry.ts';
import { COUNTRY, planPlatform, resumeInput, startPlan } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

describe('a plan of tiles', () => {
  it('runs unit after unit, each a job and a run of its own, and tells how far it is', async (t) => {
    const platform = await planPlatform(t);
    const { emulator, ledger } = platform;
    const startedAt = platform.clock.now();

    const run = startPlan(platform, 'plan', 5);
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', `${run.error} ${run.cause}`);
    const jobs = emulator.jobs.list();
    assert.equal(jobs.length, 5);
    for (const [index, job] of jobs.entries()) {
      assert.equal(job.status, 'esriJobSucceeded');
      assert.ok(index === 0 || job.submittedAt >= Number(jobs[index - 1]?.endedAt));
    }
    const tiles = emulator.tiles.list(COUNTRY);
    assert.equal(tiles.length, 5 * 128);
    assert.ok(tiles.every(({ madeAt }) => madeAt >= startedAt));
    const result = Object(run.output);
    assert.deepEqual(
      [result.status, result.plan.tiles, result.plan.units, result.plan.done, result.plan.failed],
      ['succeeded', 640, 5, 5, 0],
    );
    const entry = (await ledger.get(TILES, 'plan')) ?? {};
    assert.deepEqual([entry['status'], entry['percent'], entry['open'] === OPEN], ['succeeded', 100, false]);
    assert.deepEqual(JSON.parse(String(entry['plan'])), result.plan);
    const units = (await ledger.runs()).filter(({ parent }) => parent === `${TILES}/plan`);
    assert.deepEqual(
      units.map(({ status, open, tiles: count }) => [status, open === OPEN, count]),
      Array.from({ length: 5 }, () => ['succeeded', false, 128]),
    );
    for (const { historyEvents } of platform.stateMachines.executions) assert.ok(historyEvents < 2000);
  });

  it('goes on where it was stopped, and leaves no job running', async (t) => {
    const platform = await planPlatform(t);
    const { emulator, ledger, clock } = platform;
    const startedAt = clock.now();

    const run = startPlan(platform, 'first', 6, { plan: { jobsAtOnce: 2 } });
    await clock.after(900, () => run.abort());
    await platform.idle();
    assert.ok(emulator.jobs.list().every(({ endedAt }) => endedAt !== undefined));
    const stopped = (await ledger.get(TILES, 'first')) ?? {};
    const { done } = JSON.parse(String(stopped['plan']));
    const before = emulator.jobs.list().length;
    const second = platform.start(TILES, resumeInput(platform, 'first'), 'second');
    await platform.idle();

    assert.equal(stopped['status'], 'cancelled');
    assert.ok(done > 0 && done < 6, done);
    assert.equal(second.status, 'SUCCEEDED', second.cause);
    assert.equal(emulator.jobs.list().length - before, 6 - done);
    assert.deepEqual([Object(second.output).plan.done, Object(second.output).plan.units], [6, 6]);
    const tiles = emulator.tiles.list(COUNTRY);
    assert.equal(tiles.length, 6 * 128);
    assert.ok(tiles.every(({ madeAt }) => madeAt >= startedAt));
  });
});
