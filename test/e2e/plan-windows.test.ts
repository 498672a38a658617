import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { COUNTRY, planPlatform, resumeInput, startPlan, strip, unitsOf } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

const HOUR = 3600;
const nights = { timezone: 'Europe/Paris', from: '22:00', to: '04:00', except: ['2026-01-03'] };

async function open(t: TestContext, options: { virtualFrom?: string; jobSeconds?: number; window?: object } = {}) {
  const { virtualFrom = '2026-01-01T12:00:00Z', jobSeconds = 3600, window = nights } = options;
  const settings = { windows: { nights: window } };
  const platform = await planPlatform(t, { settings, virtualFrom, emulator: { jobSeconds } });
  const entry = async (name: string) => (await platform.ledger.get(TILES, name)) ?? {};
  const jobs = () => platform.emulator.jobs.list();
  return { platform, entry, jobs, after: (seconds: number) => platform.clock.after(seconds, () => undefined) };
}

describe('a plan with a window', () => {
  it('waits as paused until it opens, works in it alone, and cancels what still runs when it closes', async (t) => {
    const { platform, entry, after } = await open(t, { jobSeconds: 5000 });
    const { clock, emulator } = platform;
    const begin = clock.now();

    const run = startPlan(platform, 'plan', 8, { plan: { window: 'nights' } });
    await after(HOUR);
    const before = await entry('plan');
    await platform.idle();

    assert.equal(before['status'], 'paused');
    assert.equal(before['pausedUntil'], '2026-01-01T21:00:00.000Z');
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    const opens = Date.parse('2026-01-01T21:00:00Z');
    const units = await unitsOf(platform, 'plan');
    for (const { submittedAt, finishedAt } of units) {
      const night = Math.floor((Date.parse(submittedAt) - opens) / (24 * HOUR * 1000));
      // The night of the third of January is none.
      assert.notEqual(night, 2);
      const from = opens + night * 24 * HOUR * 1000;
      assert.ok(
        Date.parse(submittedAt) >= from && Date.parse(finishedAt) <= from + 6 * HOUR * 1000 + 30_000,
        submittedAt,
      );
    }
    assert.equal(units.filter(({ status }) => status === 'succeeded').length, 8);
    assert.ok(emulator.tiles.list(COUNTRY).every(({ madeAt }) => madeAt >= begin));
    const { watchingCost } = await entry('plan');
    t.diagnostic(`cost of ${units.length} jobs: $${watchingCost}`);
  });

  it('is done at once by a person who says why', async (t) => {
    const { platform, jobs } = await open(t);

    const run = startPlan(platform, 'plan', 2, { plan: { window: 'none', reason: 'the map is wrong' } });
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.ok(jobs().every(({ submittedAt }) => submittedAt < Date.parse('2026-01-01T20:00:00Z')));
  });

  it('is kept to by the rest of a plan that was stopped, where the named input says nothing of it', async (t) => {
    const { platform, jobs, after } = await open(t);

    const run = startPlan(platform, 'plan', 2, { plan: { window: 'nights' } });
    await after(HOUR);
    run.abort();
    await platform.idle();
    const { plan: _plan, ...rest } = resumeInput(platform, 'plan');
    const again = platform.start(TILES, rest, 'again');
    await platform.idle();

    assert.equal(again.status, 'SUCCEEDED', again.cause);
    assert.equal(jobs().length, 2);
    assert.ok(jobs().every(({ submittedAt }) => submittedAt >= Date.parse('2026-01-01T21:00:00Z')));
  });

  it('begins no unit while its target is paused, and goes on after that', async (t) => {
    const { platform, entry, jobs, after } = await open(t, { jobSeconds: 600 });
    const { target, clock } = platform;
    const run = startPlan(platform, 'plan', 4);
    await after(900);
    const until = new Date(clock.now() + 5 * HOUR * 1000).toISOString();
    platform.start('pause-site', { target, until, reason: 'maintenance' });
    const at = clock.now();
    await after(4 * HOUR);
    const { status, pausedFor } = await entry('plan');
    await platform.idle();

    assert.deepEqual([status, pausedFor], ['paused', 'maintenance']);
    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.ok(jobs().every(({ submittedAt }) => submittedAt <= at || submittedAt >= Date.parse(until)));
  });

  it('is refused where the settings have no such window, and so is what does not fit to be resumed', async (t) => {
    const { platform, jobs } = await open(t);
    const done = startPlan(platform, 'done', 1);
    await platform.idle();
    assert.equal(done.status, 'SUCCEEDED', done.cause);
    const { target } = platform;

    const refused = [
      startPlan(platform, 'unknown', 1, { plan: { window: 'days' }, updateExtent: strip(2) }),
      platform.start(TILES, { ...resumeInput(platform, 'done'), updateMode: 'RECREATE_EMPTY_TILES' }),
      platform.start(TILES, { ...resumeInput(platform, 'done'), inputService: 'Basemap.MapServer' }),
      platform.start(TILES, resumeInput(platform, 'nobody')),
    ];
    await platform.idle();
    const single = platform.start(
      TILES,
      { target, inputService: COUNTRY, updateMode: 'DELETE_TILES', updateExtent: strip(1) },
      'single',
    );
    await platform.idle();
    refused.push(platform.start(TILES, { ...resumeInput(platform, 'single'), updateMode: 'DELETE_TILES' }));
    await platform.idle();

    assert.equal(single.status, 'SUCCEEDED', single.cause);
    assert.equal(jobs().length, 2);
    for (const { error, cause, name } of refused) assert.equal(error, 'InvalidInputError', `${name}: ${cause}`);
  });
});
