import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Meter } from '../support/meter.ts';
import { deliver, entriesOf, keysOf, openKeys, RENEWAL, rasterPlatform, SOURCE } from '../support/raster-runs.ts';
import { alone } from './alone.ts';

const DAY_SECONDS = 86_400;
const JOB_DAYS = 10;
const RASTERS = 1_000;
/** A window of the watch, or of the wait, ends on one day or on the other. */
const ENDS_OF_WINDOWS = 20;
/** A call of the function that records it, what it writes, and what brings it there. */
const MOST_DOLLARS_OF_RASTER = 2e-5;

it('new rasters cost nothing but their messages while a job of ten days holds the service', async () => {
  await alone(async (t) => {
    const meter = new Meter();
    const platform = await rasterPlatform(t, { troubles: meter, emulator: { jobSeconds: JOB_DAYS * DAY_SECONDS } });
    platform.start('refresh-service', SOURCE.refresh);
    const end = meter.watch(platform);
    /** A day in which these come; gives how many transitions it has, and what it costs. */
    const dayWith = async (keys: readonly string[]) => {
      const [transitions, dollars] = [meter.counts.transitions, meter.dollars];
      for (let index = 0; index < RASTERS; index += 1) {
        const some = keys.slice(index, index + 1);
        await platform.clock.after(DAY_SECONDS / RASTERS, async () => {
          if (some.length === 0) return;
          meter.batch(some.length, platform.clock.now());
          assert.deepEqual(await deliver(platform, some), []);
        });
      }
      return { transitions: meter.counts.transitions - transitions, dollars: meter.dollars - dollars };
    };

    await dayWith(keysOf(1));
    const quiet = await dayWith([]);
    const busy = await dayWith(keysOf(RASTERS, 1));

    end();
    const ofRaster = (busy.dollars - quiet.dollars) / RASTERS;
    console.log(
      `While a job of ten days holds the service: ${quiet.transitions} transitions in a day without new rasters, for $${quiet.dollars.toFixed(3)}; ${busy.transitions} in a day with ${RASTERS}; $${ofRaster.toFixed(7)} for each raster.`,
    );
    assert.equal((await entriesOf(platform, RENEWAL)).length, 1);
    assert.equal((await openKeys(platform)).length, RASTERS + 1);
    assert.ok(busy.transitions - quiet.transitions < ENDS_OF_WINDOWS, `${busy.transitions}, not ${quiet.transitions}`);
    assert.ok(ofRaster < MOST_DOLLARS_OF_RASTER, String(ofRaster));
  });
});
