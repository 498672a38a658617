import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Column, textTable } from '../../cli/text-table.ts';
import { Meter } from '../support/meter.ts';
import { asked } from '../support/raster-objects.ts';
import { deliver, entriesOf, keysOf, openKeys, RENEWAL, rasterPlatform, submits } from '../support/raster-runs.ts';
import { tilesPlatform } from '../support/raster-tiles.ts';
import { withoutLog } from '../support/without-log.ts';
import { putObjects } from './objects.ts';

const DAY_SECONDS = 86_400;
const DAYS_OF_MONTH = 30;
const RASTERS_OF_DAY = 1_000;
const TOGETHER = { quiet: 300, longest: 3600 };

const COLUMNS: Column[] = [
  { title: 'a month' },
  { title: 'count', align: 'right' },
  { title: 'dollars', align: 'right' },
];

describe('rasters that come day by day', () => {
  for (const [what, hasTiles, most] of [
    ['their service is refreshed', false, 2],
    // A second job for each group.
    ['their tiles are renewed too', true, 4],
  ] as const) {
    it(`cost less than ${most} dollars a month where 1,000 come a day, and ${what}`, async (t) => {
      const meter = await playDay(t, hasTiles);

      const parts = meter.parts(DAYS_OF_MONTH);
      const rows = parts.map(({ part, count, dollars }) => [
        part,
        count < 100 ? count.toFixed(3) : count.toFixed(0),
        dollars.toFixed(3),
      ]);
      console.log(
        `\n1,000 rasters a day, ${what}\n\n${textTable(COLUMNS, [...rows, ['all', '', (meter.dollars * DAYS_OF_MONTH).toFixed(2)]])}`,
      );
      assert.ok(meter.dollars * DAYS_OF_MONTH < most, String(meter.dollars * DAYS_OF_MONTH));
    });
  }
});

async function playDay(t: TestContext, hasTiles: boolean): Promise<Meter> {
  const keys = keysOf(RASTERS_OF_DAY);
  putObjects(t, keys);
  const meter = new Meter();
  const shown = withoutLog();
  const platform = await (hasTiles ? tilesPlatform(t, {}, options(meter)) : rasterPlatform(t, options(meter)));
  const end = meter.watch(platform);
  asked.length = 0;
  for (const key of keys) {
    await platform.clock.after(DAY_SECONDS / RASTERS_OF_DAY, async () => {
      meter.batch(1, platform.clock.now());
      assert.deepEqual(await deliver(platform, [key]), []);
    });
  }
  await platform.idle();
  end();
  shown();
  meter.readS3(asked.length);
  const runs = await entriesOf(platform, RENEWAL);
  console.log(`${runs.length} runs, ${submits(platform).length} jobs`);
  assert.deepEqual(await openKeys(platform), []);
  return meter;
}

function options(meter: Meter) {
  return { source: { together: TOGETHER }, troubles: meter, tells: true, emulator: { jobSeconds: 10 } };
}
