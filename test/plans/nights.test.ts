import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { windowAt } from '../../shared/windows/window.ts';
import { COUNTRY, planPlatform, startPlan, unitsOf } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const UNITS = 32;
/** 32 jobs of about 37.5 minutes. */
const HOURS = 20;

describe('twenty hours of work in windows of six hours', () => {
  for (const [what, virtualFrom, except, nights] of [
    ['take four nights', '2026-02-02T12:00:00Z', [], 4],
    ['take four nights and leave out the closed one', '2026-02-02T12:00:00Z', ['2026-02-04'], 4],
    ['take four nights over the change to summer time', '2027-03-26T12:00:00Z', [], 4],
    ['take four nights over the change from summer time', '2026-10-23T12:00:00Z', [], 4],
  ] as const) {
    it(what, async (t) => {
      const window = { timezone: 'Europe/Paris', days: [...days], from: '22:00', to: '04:00', except: [...except] };
      const jobSeconds = (HOURS * 3600) / UNITS / (1 + 128 / 1000);
      const platform = await planPlatform(t, {
        settings: { windows: { nights: window } },
        virtualFrom,
        emulator: { jobSeconds },
      });
      const begin = platform.clock.now();

      const run = startPlan(platform, 'plan', UNITS, { plan: { window: 'nights' } });
      await platform.idle();

      assert.equal(run.status, 'SUCCEEDED', run.cause);
      const units = await unitsOf(platform, 'plan');
      const seen = new Set<number | undefined>();
      for (const { submittedAt, finishedAt } of units) {
        const { isOpen, closesAt } = windowAt(window, Date.parse(submittedAt));
        assert.ok(isOpen && Date.parse(finishedAt) <= Number(closesAt) + 30_000, `${submittedAt} ${finishedAt}`);
        seen.add(closesAt);
      }
      const succeeded = units.filter(({ status }) => status === 'succeeded');
      assert.equal(succeeded.length, UNITS);
      assert.equal(new Set(succeeded.map(({ name }) => name.split('-')[2])).size, UNITS);
      assert.equal(seen.size, nights);
      const tiles = platform.emulator.tiles.list(COUNTRY);
      assert.equal(tiles.length, UNITS * 128);
      assert.ok(tiles.every(({ madeAt }) => madeAt >= begin));
      const entry = (await platform.ledger.get(TILES, 'plan')) ?? {};
      t.diagnostic(`${units.length} jobs, $${entry['watchingCost']}`);
      for (const { historyEvents } of platform.stateMachines.executions) assert.ok(historyEvents < 20_000);
    });
  }
});
