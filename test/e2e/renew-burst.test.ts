import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { killedAt, problemsOf, randomKills } from '../burst/kills.ts';
import { playBurst } from '../burst/play-burst.ts';
import { SERVICE, TILES } from '../support/raster-places.ts';
import { deliver, entriesOf, keysOf, openKeys, RENEWAL, rasterPlatform, submits } from '../support/raster-runs.ts';
import { arrive, putRaster, tilesPlatform } from '../support/raster-tiles.ts';

describe('many new rasters at once', () => {
  it('are all covered, the poisoned ones among the dead letters, though functions and runs are killed again and again', async (t) => {
    const burst = { objects: 100, seconds: 600, seed: 1, poisonedOf: 50 };

    const { platform, points: _points, ...told } = await playBurst(t, { ...burst, isKilled: randomKills(1) });

    assert.ok(told.kills >= 3, String(told.kills));
    assert.deepEqual(problemsOf({ ...told, title: 'at random' }), []);
    assert.ok(platform.emulator.tiles.list(SERVICE).some(({ level }) => level === 12));
  });

  it('are two refreshes at most where the function that records them is killed as it tells of them', async () => {
    const point = { what: 'function', place: 'S3, StartExecution', moment: 'before' } as const;

    const killed = await killedAt(point);

    assert.deepEqual(problemsOf(killed), []);
    assert.deepEqual([killed.kills, killed.runs], [1, 1]);
  });
});

describe('new rasters whose refresh was made before AWS failed', () => {
  it('have no second one', async () => {
    const point = { what: 'execution', place: 'hold: Free the service (refresh-service)', moment: 'after' } as const;

    const killed = await killedAt(point);

    assert.deepEqual(problemsOf(killed), []);
    assert.deepEqual([killed.kills, killed.runs, killed.refreshes], [1, 1, 1]);
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
