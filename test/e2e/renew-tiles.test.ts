import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LEVEL, landsat, SERVICE, TILES } from '../support/raster-places.ts';
import { entriesOf, openKeys, RENEWAL, submits, TARGET } from '../support/raster-runs.ts';
import { arrive, putRaster, tilesPlatform } from '../support/raster-tiles.ts';

const SQUARE = 16;

describe('the tiles that new rasters touch', () => {
  it('are renewed after the refresh, in whole squares, and no others; the result says how many', async (t) => {
    const platform = await tilesPlatform(t, {}, { tells: true });
    const startedAt = platform.clock.now();
    const rasters = [
      await putRaster('landsat/t1/a.tif', [1000, 1300], 3),
      await putRaster('landsat/t1/b.tif', [1001, 1301]),
    ];

    await arrive(platform, rasters);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    const result = JSON.parse(String(entry['result']));
    const [refresh = {}] = await entriesOf(platform, 'refresh-service');
    const [child = {}, ...others] = await entriesOf(platform, TILES);
    assert.deepEqual(others, []);
    assert.ok(String(child['submittedAt']) >= String(refresh['finishedAt']));
    assert.partialDeepStrictEqual(result, {
      status: 'succeeded',
      rasters: { count: 2, first: 'landsat/t1/a.tif', last: 'landsat/t1/b.tif' },
      refresh: `refresh-service/${refresh['name']}`,
      tiles: [`${TILES}/${child['name']}`],
    });
    assert.equal(child['parent'], `${RENEWAL}/${entry['name']}`);
    const renewed = platform.emulator.tiles.list(SERVICE).filter(({ madeAt }) => madeAt > startedAt);
    assert.equal(renewed.length, result.tilesRenewed);
    // Nine at the finest level, in one square of 16 by 16.
    const finest = renewed.filter(({ level }) => level === LEVEL);
    assert.equal(finest.length, SQUARE * SQUARE);
    assert.ok(finest.every(({ row, col }) => Math.floor(col / SQUARE) === 62 && Math.floor(row / SQUARE) === 81));
    assert.equal(renewed.filter(({ level }) => level === 0).length, 1);
    // 9 at the finest, then halves of it.
    assert.equal(result.tilesTouched, 9 + 4 + 11);
    const told = platform.events.filter((event) => event['detail-type'] === 'Tiles Renewed');
    assert.deepEqual(
      told.map(({ detail }) => [Object(detail).run, Object(detail).service, Object(detail).target]),
      [[`${TILES}/${child['name']}`, SERVICE, TARGET]],
    );
    assert.deepEqual(await openKeys(platform), []);
  });

  it('that are far apart have further jobs, each of at most a hundred rectangles', async (t) => {
    const platform = await tilesPlatform(t, { scales: [591_657_527.591555 / 2 ** LEVEL] });
    const places = Array.from({ length: 130 }, (_, n) => [33 + (n % 13) * 64, 1025 + Math.floor(n / 13) * 64] as const);
    const rasters = await Promise.all(places.map((place, n) => putRaster(`landsat/far/${n}.tif`, place)));

    await arrive(platform, rasters);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    const { tilesTouched, tilesRenewed, tiles } = JSON.parse(String(entry['result']));
    assert.deepEqual([tilesTouched, tilesRenewed, tiles.length], [130, 130 * SQUARE * SQUARE, 2]);
    const areas = (await entriesOf(platform, TILES)).map(({ input }) => JSON.parse(String(input)).areaOfInterest);
    assert.deepEqual(
      areas.map(({ features }) => features.length),
      [100, 30],
    );
    assert.equal(platform.emulator.tiles.list(SERVICE).filter(({ level }) => level === LEVEL).length, tilesRenewed);
  });

  it('beyond the map are none: the service is refreshed, no tile job is started', async (t) => {
    const platform = await tilesPlatform(t);
    landsat(platform).extent = { xmin: 0, ymin: 0, xmax: 1_000_000, ymax: 1_000_000 };

    await arrive(platform, [await putRaster('landsat/beyond/a.tif', [1000, 1300])]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.partialDeepStrictEqual(JSON.parse(String(entry['result'])), {
      status: 'succeeded',
      tiles: [],
      tilesTouched: 0,
      tilesRenewed: 0,
      notes: ['No tile was renewed: what can be read of the rasters touches none at these scales.'],
    });
    assert.equal(submits(platform).length, 1);
    assert.deepEqual(await openKeys(platform), []);
  });

  it('are followed by the REST cache of the service where the source says so', async (t) => {
    const platform = await tilesPlatform(t, {}, { source: { clear: true } });

    await arrive(platform, [await putRaster('landsat/clear/a.tif', [1000, 1300])]);

    const [clear = {}, ...others] = await entriesOf(platform, 'clear-rest-cache');
    assert.deepEqual(others, []);
    assert.deepEqual(JSON.parse(String(clear['input'])), {
      target: TARGET,
      folderName: 'Imagery',
      serviceName: 'Landsat',
      type: 'ImageServer',
    });
    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(JSON.parse(String(entry['result'])).clear, `clear-rest-cache/${clear['name']}`);
    const [tiles = {}] = await entriesOf(platform, TILES);
    assert.ok(String(clear['startedAt']) >= String(tiles['finishedAt']));
  });

  it('that are many are made as a plan', async (t) => {
    const platform = await tilesPlatform(t, { scales: [591_657_527.591555 / 2 ** LEVEL] });

    await arrive(platform, [await putRaster('landsat/many/a.tif', [1024, 1024], 400)]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    const { tilesTouched, tilesRenewed, tiles } = JSON.parse(String(entry['result']));
    assert.deepEqual([tilesTouched, tilesRenewed], [160_000, 160_000]);
    const plan = (await entriesOf(platform, TILES)).find(({ name }) => tiles[0] === `${TILES}/${name}`);
    assert.equal(JSON.parse(String(plan?.['plan'])).tiles, 160_000);
    assert.ok(submits(platform).length > 2);
  });
});
