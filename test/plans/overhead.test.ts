import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { COUNTRY, planPlatform, startPlan, strip } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

const UNITS = 20;
/** How long the server needs for one unit: a quarter of an hour. */
const SECONDS = 900;

it('a plan takes at most a tenth longer than one job of the same tiles on a server that needs the same time', async (t) => {
  const length = async (own: TestContext, jobSeconds: number, plan: boolean) => {
    const platform = await planPlatform(own, { emulator: { jobSeconds } });
    const updateExtent = strip(UNITS);
    const input = { target: platform.target, inputService: COUNTRY, updateMode: 'RECREATE_ALL_TILES', updateExtent };
    const run = plan ? startPlan(platform, 'plan', UNITS) : platform.start(TILES, input, 'one');
    await platform.idle();
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    return ((run.stoppedAt ?? 0) - run.startedAt) / 1000;
  };
  let [one, plan] = [0, 0];

  // 1,000 tiles double the time of a job in the emulator.
  await t.test('one job', async (own) => {
    one = await length(own, (UNITS * SECONDS) / (1 + (UNITS * 128) / 1000), false);
  });
  await t.test('its plan', async (own) => {
    plan = await length(own, SECONDS / (1 + 128 / 1000), true);
  });

  t.diagnostic(`one job ${one} s, ${UNITS} units ${plan} s: ${((plan / one - 1) * 100).toFixed(1)} %`);
  assert.ok(plan <= 1.1 * one);
});
