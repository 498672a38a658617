import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ServiceError } from '../../local/service-error.ts';
import type { Troubles } from '../support/job-platform.ts';
import { planPlatform, resumeInput, startPlan, unitsOf } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

const BAD_FIRST = ['succeeds', 'fails', 'succeeds', 'succeeds'] as const;

async function open(t: TestContext, options: { settings?: object; troubles?: Troubles } = {}) {
  const platform = await planPlatform(t, { emulator: { jobSeconds: 120 }, ...options });
  const jobs = () => platform.emulator.jobs.list();
  const entry = async (name: string) => (await platform.ledger.get(TILES, name)) ?? {};
  return { platform, jobs, entry };
}

/** The ledger takes nothing that one state of a unit's machine writes. */
function refusing(state: string): Troubles {
  return {
    around: ({ database, ...services }, execution) => ({
      ...services,
      database: database && {
        async call(action, request) {
          if (execution.machine === 'run-job' && execution.state.name === state) {
            throw new ServiceError('InternalServerError', 'simulated');
          }
          return await database.call(action, request);
        },
      },
    }),
  };
}

describe('a plan with units that fail', () => {
  it('tries each of them once more after all others, and ends partly where so many may fail', async (t) => {
    const { platform, jobs, entry } = await open(t);
    platform.emulator.jobs.nextFates.push(...BAD_FIRST, 'fails');

    const run = startPlan(platform, 'plan', 4, { plan: { allowedFailures: '25%' } });
    await platform.idle();
    const rest = Object(run.output).rest;
    const before = jobs().length;
    const again = platform.start(TILES, Object(rest), 'again');
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', run.cause);
    const { status, failedUnits, plan } = Object(run.output);
    assert.deepEqual([status, plan.done, plan.failed, failedUnits.length], ['partly', 3, 1, 1]);
    assert.equal(failedUnits[0].tiles, 128);
    assert.match(failedUnits[0].message, /ERROR 001470/);
    assert.deepEqual([(await entry('plan'))['status'], before], ['partly', 5]);
    const { plan: _plan, ...resume } = resumeInput(platform, 'plan');
    assert.deepEqual(rest, resume);
    assert.equal(again.status, 'SUCCEEDED', again.cause);
    assert.deepEqual([jobs().length - before, Object(again.output).plan.done], [1, 4]);
  });

  it('fails after the second try where none may, and names the input that runs the rest', async (t) => {
    const { platform, jobs } = await open(t);
    platform.emulator.jobs.nextFates.push(...BAD_FIRST, 'fails');

    const run = startPlan(platform, 'plan', 4);
    await platform.idle();

    assert.equal(run.error, 'PartialFailureError', run.cause);
    assert.match(String(run.cause), /"resume":"manage-map-server-cache-tiles\/plan"/);
    assert.match(String(run.cause), /"failedUnits":\[\{"scales"/);
    assert.equal(jobs().length, 5);
  });

  it('ends at once where the credentials are refused, and is not tried unit by unit', async (t) => {
    const { platform, jobs } = await open(t);
    let submits = 0;
    platform.onInvoke(({ event, moment }) => {
      if (moment === 'before' && Object(event).submit !== undefined) submits += 1;
      if (submits === 2) platform.setSecret({ password: 'wrong' });
    });

    const run = startPlan(platform, 'plan', 12);
    await platform.idle();

    assert.equal(run.error, 'VendorAuthError', run.cause);
    assert.match(String(run.cause), /"resume":/);
    // The function that has read the secret keeps it for some time: what was submitted with it is done.
    assert.ok(submits < 12 && submits - jobs().length <= 1, `${submits} ${jobs().length}`);
  });

  it('waits for a site that is away, without blaming its units', async (t) => {
    const { platform, jobs } = await open(t);
    const away = { path: /submitJob$/, answer: { status: 503, body: '', headers: { 'retry-after': '600' } } };
    platform.emulator.faults.push(...Array.from({ length: 5 }, () => ({ ...away })));

    const run = startPlan(platform, 'plan', 3);
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.equal(jobs().length, 3);
  });

  it('takes places of its site only, and so do single jobs', async (t) => {
    const settings = (target: string) => ({ sites: { [target]: { jobsAtOnce: 2 } } });
    const target = 'target-of-settings';
    const { platform, jobs } = await open(t, { settings: settings(target) });
    const { url, username, password } = platform.emulator;
    platform.newTarget({ vendor: 'arcgis', url, username, password }, target);
    const on = { ...platform, target };
    let most = 0;
    platform.onState(() => {
      most = Math.max(most, jobs().filter(({ endedAt }) => endedAt === undefined).length);
    });

    const runs = [
      startPlan(on, 'plan', 4, { plan: { jobsAtOnce: 3 } }),
      ...['Basemap.MapServer', 'CachedServices/Streets.MapServer', 'Imagery/Landsat.ImageServer'].map(
        (inputService, n) =>
          platform.start(TILES, { target, inputService, updateMode: 'RECREATE_EMPTY_TILES' }, `single-${n}`),
      ),
    ];
    await platform.idle();

    for (const run of runs) assert.equal(run.status, 'SUCCEEDED', `${run.name}: ${run.cause}`);
    assert.equal(jobs().length, 7);
    assert.equal(most, 2);
  });

  for (const [fate, state, status] of [
    ['succeeds', 'Write the result', 'succeeded'],
    ['fails', 'Record the failure', 'failed'],
  ] as const) {
    it(`has how a unit ended in its entry where its own machine could not write that it ${status}`, async (t) => {
      const { platform, jobs } = await open(t, { troubles: refusing(state) });
      platform.emulator.jobs.nextFates.push('succeeds', fate);

      const run = startPlan(platform, 'plan', 2, { plan: { allowedFailures: 1 } });
      await run.ended;

      const units = await unitsOf(platform, 'plan');
      const second = units.find(({ jobId }) => jobId === jobs()[1]?.id);
      assert.partialDeepStrictEqual(second, { status, ...(status === 'failed' ? { error: 'JobFailedError' } : {}) });
      assert.equal(Object.hasOwn(Object(second), 'finishedAt'), true);
    });
  }
});
