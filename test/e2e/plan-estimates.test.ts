import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COUNTRY, planInput, planPlatform, startPlan } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

/** Of each job here. */
const JOB_SECONDS = 300;

describe('how long tiles would take', () => {
  it('is told by the last jobs of the service in the same mode, and not where there were none', async (t) => {
    const platform = await planPlatform(t);
    const { target } = platform;
    const single = {
      target,
      inputService: COUNTRY,
      updateMode: 'RECREATE_ALL_TILES',
      updateExtent: planInput(platform, 2).updateExtent,
    };
    const asked = async (name: string, input: object) => {
      const run = platform.start(TILES, { ...input, dryRun: true }, name);
      await platform.idle();
      assert.equal(run.status, 'SUCCEEDED', run.cause);
      return Object(run.output).plan;
    };

    const before = await asked('before', planInput(platform, 10));
    startPlan(platform, 'plan', 4);
    await platform.idle();
    const after = await asked('after', planInput(platform, 10));
    const two = await asked('two-at-a-time', planInput(platform, 10, { plan: { jobsAtOnce: 2 } }));
    const otherMode = await asked('other-mode', { ...single, updateMode: 'RECREATE_EMPTY_TILES' });
    const one = await asked('one-job', single);

    assert.deepEqual([before.units, before.expectedSeconds, before.basis], [10, undefined, undefined]);
    assert.equal(after.basis, 'the last 4 jobs of this service in this mode');
    const seconds = after.expectedSeconds;
    assert.ok(seconds >= 10 * JOB_SECONDS && seconds < 10 * JOB_SECONDS * 1.15, `${seconds} s`);
    assert.ok(Math.abs(two.expectedSeconds - seconds / 2) <= 1, JSON.stringify(two));
    assert.equal(otherMode.expectedSeconds, undefined);
    assert.equal(one.units, 1);
    assert.ok(one.expectedSeconds >= JOB_SECONDS, JSON.stringify(one));
  });

  it('is told by single jobs, too, and stands in the entry of a plan from its beginning', async (t) => {
    const platform = await planPlatform(t);
    const { target, ledger, clock } = platform;
    const { updateExtent } = planInput(platform, 1);
    platform.start(TILES, { target, inputService: COUNTRY, updateMode: 'RECREATE_ALL_TILES', updateExtent }, 'single');
    await platform.idle();

    startPlan(platform, 'plan', 4);
    await clock.after(60, () => undefined);
    const entry = await ledger.get(TILES, 'plan');
    await platform.idle();

    assert.equal((await ledger.get(TILES, 'single'))?.['tiles'], 128);
    const { expectedSeconds, basis } = JSON.parse(String(entry?.['plan']));
    assert.equal(basis, 'the last job of this service in this mode');
    assert.ok(expectedSeconds >= 4 * JOB_SECONDS && expectedSeconds < 4 * JOB_SECONDS * 1.15, `${expectedSeconds} s`);
    assert.notEqual(entry?.['expectedEnd'], undefined);
  });
});
