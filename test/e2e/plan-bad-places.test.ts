import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COUNTRY, planPlatform, startPlan, strip } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

describe('a plan over a place that the server cannot draw', () => {
  it('does all other units, names the one of the place, and its named input runs that one alone', async (t) => {
    const platform = await planPlatform(t);
    const { emulator, target } = platform;
    const { xmin, xmax, ymin, ymax } = strip(1, { from: 6 });
    const [x, y] = [(xmin + xmax) / 2, (ymin + ymax) / 2];
    emulator.badPlaces.push({ xmin: x, ymin: y, xmax: x + 1, ymax: y + 1 });

    const run = startPlan(platform, 'plan', 10, { plan: { allowedFailures: '10%', jobsAtOnce: 2 } });
    await platform.idle();
    const jobs = emulator.jobs.list().length;
    emulator.badPlaces.length = 0;
    const { status, plan, failedUnits, rest } = Object(run.output);
    const again = platform.start(TILES, rest, 'again');
    await platform.idle();

    assert.deepEqual([status, plan.done, plan.failed], ['partly', 9, 1], run.cause);
    // Each once, and the bad one twice.
    assert.equal(jobs, 11);
    assert.equal(failedUnits.length, 1);
    const [{ extent, message }] = failedUnits;
    assert.ok(extent.xmin < x && x < extent.xmax && extent.ymin < y && y < extent.ymax, JSON.stringify(extent));
    assert.match(message, /could not be drawn/);
    assert.equal(rest.target, target);
    assert.equal(again.status, 'SUCCEEDED', again.cause);
    assert.deepEqual([emulator.jobs.list().length - jobs, Object(again.output).plan.done], [1, 10]);
  });
});

/** Of the 4096 pixels of a supertile in tiles of 256. */
const SUPERTILE = 16;
const [ROWS, COLUMNS] = [3, 2 * 128];

describe('a plan on a server that draws whole supertiles', () => {
  for (const [updateMode, within, rows] of [
    ['RECREATE_ALL_TILES', 'the supertiles that it touches, and no more', SUPERTILE],
    ['DELETE_TILES', 'itself, and none beyond', ROWS],
  ] as const) {
    it(`changes with ${updateMode} every tile of the area: all of ${within}`, async (t) => {
      const platform = await planPlatform(t, { emulator: { supertilePixels: 4096 } });
      const { emulator, clock } = platform;
      const before = clock.now();
      const all = Array.from({ length: 2 * SUPERTILE }, (_, row) =>
        Array.from({ length: COLUMNS + SUPERTILE }, (_each, col) => ({ level: 12, row, col })),
      ).flat();
      for (const tile of all) emulator.tiles.put(COUNTRY, tile, before - 1);

      const updateExtent = strip(2, { rows: ROWS });
      const run = startPlan(platform, 'plan', 2, { updateMode, updateExtent, plan: { maxTilesPerJob: 1000 } });
      await platform.idle();

      assert.equal(run.status, 'SUCCEEDED', run.cause);
      assert.equal(Object(run.output).plan.tiles, ROWS * COLUMNS);
      const isChanged = (tile: (typeof all)[number]) => (emulator.tiles.get(COUNTRY, tile)?.madeAt ?? before) >= before;
      assert.deepEqual(
        all.filter(isChanged),
        all.filter(({ row, col }) => row < rows && col < COLUMNS),
      );
    });
  }
});
