import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playBurst } from '../burst/play-burst.ts';
import { deliver, entriesOf, keysOf, openKeys, RENEWAL, rasterPlatform, submits } from '../support/raster-runs.ts';
import { SERVICE, TILES } from '../support/raster-places.ts';
import { arrive, putRaster, tilesPlatform } from '../support/raster-tiles.ts';

describe('many new rasters at once', () => {
  it('are one refresh, all covered, the poisoned ones among the dead letters, though functions break off again and again', async (t) => {
    const { platform, poisoned } = await playBurst(t, { objects: 300, seconds: 60, poisonedOf: 50, crashOf: 3 });

    assert.deepEqual(await openKeys(platform), []);
    assert.ok((await entriesOf(platform, 'refresh-service')).length <= 2);
    const letters = new Set(platform.letters.map(({ body }) => body));
    const named = [...letters].flatMap((body) =>
      JSON.parse(body).Records.map((each: { s3: { object: { key: string } } }) =>
        decodeURIComponent(each.s3.object.key),
      ),
    );
    assert.deepEqual(named.toSorted(), poisoned.toSorted());
    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(entry['error'], 'UnreadableRasterError');
    assert.ok(platform.emulator.tiles.list(SERVICE).some(({ level }) => level === 12));
  });
});

describe('new rasters whose work does not succeed', () => {
  const children = ['refresh-service', TILES];
  for (const operation of children) {
    it(`are covered by the next run where ${operation} was stopped`, async (t) => {
      const platform = await tilesPlatform(t);
      const end = platform.onState(({ execution, state }) => {
        if (execution.machine === operation && state === 'Hold and run') execution.abort();
      });
      await arrive(platform, [await putRaster(`landsat/stop-${operation}/a.tif`, [1000, 1300])]);
      end();
      const [stopped = {}] = await entriesOf(platform, RENEWAL);
      assert.deepEqual([stopped['status'], stopped['error']], ['failed', 'JobCancelledError']);
      assert.deepEqual(await openKeys(platform), [`landsat/stop-${operation}/a.tif`]);

      await arrive(platform, [await putRaster(`landsat/stop-${operation}/b.tif`, [1100, 1300])]);

      const [, covered = {}] = await entriesOf(platform, RENEWAL);
      assert.equal(covered['status'], 'succeeded', String(covered['cause']));
      const result = JSON.parse(String(covered['result']));
      assert.equal(result.rasters.count, 2);
      assert.deepEqual(await openKeys(platform), []);
    });
  }

  it('are covered by the next run where their own was stopped', async (t) => {
    const platform = await rasterPlatform(t);
    const end = platform.onState(({ execution, state }) => {
      if (execution.machine === RENEWAL && state === 'Run another') execution.abort();
    });
    await platform.clock.after(1, () => deliver(platform, keysOf(1)));
    await platform.idle();
    end();
    assert.deepEqual(await openKeys(platform), keysOf(1));

    await platform.clock.after(1, () => deliver(platform, keysOf(1, 1)));
    await platform.idle();

    assert.deepEqual(await openKeys(platform), []);
    const [, covered = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(JSON.parse(String(covered['rasters'])).count, 2);
    assert.equal(submits(platform).length, 1);
  });
});
