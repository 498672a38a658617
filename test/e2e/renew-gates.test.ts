import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WORLD } from '../../local/emulators/arcgis/tile-scheme.ts';
import { put, startObjects } from '../support/raster-objects.ts';
import { landsat, TILES } from '../support/raster-places.ts';
import { entriesOf, openKeys, RENEWAL, rasterPlatform, submits } from '../support/raster-runs.ts';
import { arrive, hasWritten, putRaster, tell, tilesPlatform } from '../support/raster-tiles.ts';

/** So long a `Retry-After` ends a function's own attempts: its pauses are real time. */
const DOWN = { status: 503, body: 'Service Unavailable', headers: { 'retry-after': '3600' } };

const ready = (gate: object) => ({ source: { ready: { longest: 3600, ...gate } } });

describe('new rasters that must be ready', () => {
  it('have nothing written before the marker is there, and then one refresh for all that came meanwhile', async (t) => {
    const platform = await tilesPlatform(t, {}, ready({ marker: '_SUCCESS' }));
    const { clock } = platform;
    const startedAt = clock.now();
    const first = await putRaster('landsat/g1/a.tif', [1000, 1300]);
    const second = await putRaster('landsat/g1/b.tif', [1010, 1300]);

    await clock.after(1, () => tell(platform, [first]));
    await clock.after(600, () => tell(platform, [second]));
    await clock.after(600, async () => {
      assert.equal(hasWritten(platform), false);
      await put('landsat/g1/_SUCCESS', '');
    });
    await platform.idle();

    const [submittedAt = 0] = submits(platform);
    assert.ok(submittedAt - startedAt >= 1_201_000 && submittedAt - startedAt < 1_400_000, String(submittedAt));
    const [entry = {}, ...others] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], others], ['succeeded', []]);
    assert.equal(JSON.parse(String(entry['rasters'])).count, 2);
    assert.equal((await entriesOf(platform, 'refresh-service')).length, 1);
    assert.equal((await entriesOf(platform, TILES)).length, 1);
    assert.deepEqual(await openKeys(platform), []);
  });

  it('end by NotReadyError that names what is missing where it does not come in time; the next raster covers them', async (t) => {
    const platform = await tilesPlatform(t, {}, ready({ marker: '_SUCCESS' }));

    await arrive(platform, [await putRaster('landsat/g2/a.tif', [1000, 1300])]);

    const [late = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([late['status'], late['error']], ['failed', 'NotReadyError']);
    assert.match(String(late['cause']), /not ready within 3600 seconds: landsat\/g2\/_SUCCESS is missing/);
    const waited = Date.parse(String(late['finishedAt'])) - Date.parse(String(late['startedAt']));
    assert.ok(waited >= 3_660_000 && waited < 3_670_000, String(waited));
    assert.equal(hasWritten(platform), false);
    assert.deepEqual(await openKeys(platform), ['landsat/g2/a.tif']);

    await put('landsat/g2/_SUCCESS', '');
    await arrive(platform, [await putRaster('landsat/g2/b.tif', [1010, 1300])]);

    const [, covered = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(covered['status'], 'succeeded');
    assert.equal(JSON.parse(String(covered['rasters'])).count, 2);
    assert.deepEqual(await openKeys(platform), []);
  });

  it('wait until the image service itself finds them, and what it has shown by its extent follows at the refresh', async (t) => {
    await startObjects();
    const platform = await rasterPlatform(t, ready({ visible: 'Name IN ({names})' }));
    const service = landsat(platform);
    service.extent = { xmin: 0, ymin: 0, xmax: 1000, ymax: 1000 };
    const { mosaic = [] } = service;
    const rasters = [await put("landsat/g3/l'a.tif", 'x'), await put('landsat/g3/b.tif', 'x')];

    await platform.clock.after(1, () => tell(platform, rasters));
    await platform.clock.after(300, () => mosaic.push({ name: "l'a", extent: WORLD }));
    await platform.clock.after(300, () => {
      assert.equal(hasWritten(platform), false);
      assert.equal(service.extent.xmax, 1000);
      mosaic.push({ name: 'b', extent: WORLD });
    });
    await platform.idle();

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(entry['status'], 'succeeded');
    assert.deepEqual(service.extent, WORLD);
    assert.equal(submits(platform).length, 1);
  });

  it('are named where the image service does not find them', async (t) => {
    await startObjects();
    const platform = await rasterPlatform(t, ready({ visible: 'Name IN ({names})', longest: 600 }));

    await arrive(platform, [await put('landsat/g4/unseen.tif', 'x')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(entry['error'], 'NotReadyError');
    assert.match(String(entry['cause']), /unseen in Imagery\/Landsat\.ImageServer is missing/);
    assert.equal(hasWritten(platform), false);
  });

  it('do not lose their time while the server is down: they wait for it, and then for what is missing', async (t) => {
    await startObjects();
    const platform = await rasterPlatform(t, ready({ visible: 'Name IN ({names})', longest: 600 }));
    const { emulator, clock } = platform;
    emulator.faults.push(...Array.from({ length: 10_000 }, () => ({ path: /./, answer: DOWN })));

    await clock.after(1, async () => tell(platform, [await put('landsat/g5/a.tif', 'x')]));
    await clock.after(3 * 3600, () => {
      emulator.faults.splice(0);
      landsat(platform).mosaic?.push({ name: 'a', extent: WORLD });
    });
    await platform.idle();

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(entry['status'], 'succeeded');
    assert.deepEqual(await openKeys(platform), []);
  });

  it('end at once where the image service has no catalogue to ask', async (t) => {
    await startObjects();
    const platform = await rasterPlatform(t, ready({ visible: 'Name IN ({names})' }));
    landsat(platform).mosaic = undefined;

    await arrive(platform, [await put('landsat/g6/a.tif', 'x')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], entry['error']], ['failed', 'VendorRejectedError']);
    assert.deepEqual(await openKeys(platform), ['landsat/g6/a.tif']);
  });
});
