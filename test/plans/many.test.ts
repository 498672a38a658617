import assert from 'node:assert/strict';
import { it } from 'node:test';
import { addCountry, planPlatform, startPlan } from '../support/plan-platform.ts';

const PLANS = 50;
const MOST = 3;

it('fifty plans on one site never have more than three jobs at once', async (t) => {
  const target = 'site-of-many';
  const platform = await planPlatform(t, {
    settings: { sites: { [target]: { jobsAtOnce: MOST } } },
    emulator: { jobSeconds: 60 },
  });
  const { url, username, password, jobs } = platform.emulator;
  platform.newTarget({ vendor: 'arcgis', url, username, password }, target);
  let most = 0;
  platform.onState(() => {
    most = Math.max(most, jobs.list().filter(({ endedAt }) => endedAt === undefined).length);
  });

  const runs = Array.from({ length: PLANS }, (_, index) => {
    const inputService = `Country${index}.MapServer`;
    addCountry(platform, inputService);
    return startPlan({ ...platform, target }, `plan-${index}`, 2, { inputService, plan: { jobsAtOnce: MOST } });
  });
  await platform.idle();

  for (const run of runs) assert.equal(run.status, 'SUCCEEDED', `${run.name}: ${run.cause}`);
  assert.equal(most, MOST);
});
