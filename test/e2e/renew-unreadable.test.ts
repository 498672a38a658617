import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { record } from '../support/raster-messages.ts';
import { put, putFixture, refused } from '../support/raster-objects.ts';
import { TILES } from '../support/raster-places.ts';
import { deliverRecords, entriesOf, openKeys, RENEWAL } from '../support/raster-runs.ts';
import { arrive, putRaster, tilesPlatform } from '../support/raster-tiles.ts';

describe('rasters of which nobody can say where they lie', () => {
  it('fail the run after its work, go to the dead letters and are named; a letter that is sent back is a new raster', async (t) => {
    const platform = await tilesPlatform(t);
    const poor = await putFixture('nogeoref.tif', 'landsat/u1/lost + found.tif');

    await arrive(platform, [poor, await putRaster('landsat/u1/a.tif', [1000, 1300])]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], entry['error']], ['failed', 'UnreadableRasterError']);
    assert.match(String(entry['cause']), /^Of 2 rasters 1 cannot be read.*landsat\/u1\/lost \+ found\.tif \(/);
    assert.deepEqual(JSON.parse(String(entry['rasters'])).unreadable, ['landsat/u1/lost + found.tif']);
    const [tiles = {}] = await entriesOf(platform, TILES);
    assert.equal(tiles['status'], 'succeeded');
    assert.deepEqual(await openKeys(platform), []);

    const [letter, ...more] = platform.letters;
    assert.deepEqual(more, []);
    assert.match(letter?.queue ?? '', /GivenUpRasters/);
    await put('landsat/u1/lost + found.json', JSON.stringify({ bbox: [10, 20, 10.1, 20.1] }));
    const failed = await platform.clock.after(1, () => deliverRecords(platform, [record(letter?.body ?? '')]));
    await platform.idle();

    assert.deepEqual(failed, []);
    const [, again = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(again['status'], 'succeeded', String(again['cause']));
    assert.ok(JSON.parse(String(again['result'])).tilesTouched > 0);
  });

  it('are named in a note where the source skips them; where none can be read no tile job is started', async (t) => {
    const platform = await tilesPlatform(t, { unreadable: 'skip' });

    await arrive(platform, [await putFixture('nogeoref.tif', 'landsat/u2/a.tif')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    const result = JSON.parse(String(entry['result']));
    assert.equal(result.status, 'succeeded');
    assert.match(result.notes[0], /their tiles were not renewed: landsat\/u2\/a\.tif \(/);
    assert.equal((await entriesOf(platform, 'refresh-service')).length, 1);
    assert.deepEqual(await entriesOf(platform, TILES), []);
    assert.deepEqual(platform.letters, []);
    assert.deepEqual(await openKeys(platform), []);
  });

  it('have the tiles of the whole service renewed where the source says so', async (t) => {
    const platform = await tilesPlatform(t, { unreadable: 'whole' }, { levels: 3 });

    await arrive(platform, [await putFixture('nogeoref.tif', 'landsat/u3/a.tif')]);

    const [entry = {}] = await entriesOf(platform, RENEWAL);
    const result = JSON.parse(String(entry['result']));
    assert.partialDeepStrictEqual(result, { status: 'succeeded', tilesTouched: 21, tilesRenewed: 21 });
    const [tiles = {}] = await entriesOf(platform, TILES);
    assert.equal(JSON.parse(String(tiles['input'])).areaOfInterest, undefined);
  });

  it('are none of those that S3 refuses: the run fails, and the next raster covers them', async (t) => {
    const platform = await tilesPlatform(t);
    refused.push(/u4/);

    await arrive(platform, [await putRaster('landsat/u4/a.tif', [1000, 1300])]);
    const [entry = {}] = await entriesOf(platform, RENEWAL);
    assert.deepEqual([entry['status'], entry['error']], ['failed', 'InvalidInputError']);
    assert.match(String(entry['cause']), /^S3 refuses to let landsat\/u4\/a\.json of the bucket my-rasters be read/);
    assert.deepEqual([await openKeys(platform), platform.letters], [['landsat/u4/a.tif'], []]);

    refused.length = 0;
    await arrive(platform, [await putRaster('landsat/u4/b.tif', [1010, 1300])]);

    const [, covered = {}] = await entriesOf(platform, RENEWAL);
    assert.equal(covered['status'], 'succeeded');
    assert.equal(JSON.parse(String(covered['rasters'])).count, 2);
  });
});
