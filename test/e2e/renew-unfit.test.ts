import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { put, startObjects } from '../support/raster-objects.ts';
import { landsat } from '../support/raster-places.ts';
import { entriesOf, openKeys, RENEWAL, rasterPlatform, TARGET } from '../support/raster-runs.ts';
import { arrive, hasWritten, putRaster, tilesPlatform } from '../support/raster-tiles.ts';

const HOSTED = {
  emulator: { jobSeconds: 60, hosted: true },
  source: { refresh: { target: TARGET, serviceName: 'Basemap', serviceType: 'MapServer' } },
} as const;

describe('new rasters of a hosted target', () => {
  it('fail where their tiles are asked for, before anything is refreshed, and wait for the next run', async (t) => {
    await startObjects();
    const tiles = { inputService: 'Basemap.MapServer' };
    const platform = await rasterPlatform(t, { ...HOSTED, source: { ...HOSTED.source, tiles } });

    await arrive(platform, [await put('landsat/h1/a.tif', 'the pixels')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], entry['error']], ['failed', 'InvalidInputError']);
    assert.match(String(entry['cause']), /^tiles: raster-site is hosted.*Nothing was refreshed, and the rasters wait/);
    assert.match(String(entry['cause']), /Leave "tiles" out of the source landsat, and renew its tiles by a schedule/);
    assert.deepEqual(await entriesOf(platform, 'refresh-service'), []);
    assert.equal(
      platform.emulator.requests.some(({ path }) => /refresh|updateTiles|delete/i.test(path)),
      false,
    );
    assert.deepEqual(await openKeys(platform), ['landsat/h1/a.tif']);
    assert.deepEqual(platform.letters, []);
  });

  it('have their service refreshed where no tiles are asked for', async (t) => {
    const platform = await rasterPlatform(t, HOSTED);

    await arrive(platform, [await put('landsat/h2/a.tif', 'the pixels')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(entry['status'], 'succeeded', String(entry['cause']));
    assert.deepEqual(await openKeys(platform), []);
  });
});

describe('new rasters whose service has no cache', () => {
  it('fail before anything is refreshed; the next raster covers them when it has one', async (t) => {
    const platform = await tilesPlatform(t);
    const service = landsat(platform);
    const { scheme } = service;
    service.scheme = undefined;

    await arrive(platform, [await putRaster('landsat/h3/a.tif', [1000, 1300])]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], entry['error']], ['failed', 'InvalidInputError']);
    assert.equal(hasWritten(platform), false);
    assert.deepEqual(await openKeys(platform), ['landsat/h3/a.tif']);

    service.scheme = scheme;
    await arrive(platform, [await putRaster('landsat/h3/b.tif', [1010, 1300])]);

    const [, covered = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(covered['status'], 'succeeded', String(covered['cause']));
    assert.equal(JSON.parse(String(covered['rasters'])).count, 2);
  });
});
