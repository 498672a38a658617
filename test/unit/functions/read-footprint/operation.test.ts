import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../../../functions/read-footprint/handler.ts';
import type { CreatedObject } from '../../../../local/storage.ts';
import { RasterTable } from '../../../../shared/ledger/raster-table.ts';
import { invoke } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';
import { asked, put, putFixture, refused, startObjects } from '../../../support/raster-objects.ts';
import { BUCKET } from '../../../support/raster-places.ts';
import { startTestLedger, type TestLedger } from '../../../support/test-ledger.ts';

const FILES = new URL('../../../fixtures/rasters/', import.meta.url);
const SOURCE = {
  name: 'landsat',
  bucket: BUCKET,
  prefix: 'landsat/',
  suffixes: ['.tif'],
  together: { quiet: 60, longest: 900 },
  ready: { longest: 60 },
  refresh: { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer' },
  tiles: { inputService: 'Landsat.ImageServer', unreadable: 'fail' },
};
/** In degrees, with tiles so small that outlines are drawn to some metres. */
const PLANE = { crs: 'EPSG:4326', tileSide: 0.001 };

interface Expected {
  contract: 'footprint' | 'unreadable' | 'footprint or unreadable';
  bbox4326?: [west: number, south: number, east: number, north: number];
  containsPole?: string;
}

describe('read-footprint', () => {
  const closing: (() => Promise<void>)[] = [];
  let ledger: TestLedger;
  let rasters: RasterTable;
  before(async () => {
    await startObjects();
    ledger = await startTestLedger({ after: (close) => closing.push(close) });
    process.env['LEDGER_TABLE'] = 'Ledger';
    rasters = new RasterTable('Ledger');
  });
  beforeEach(async () => {
    await ledger.clear();
    asked.length = 0;
    refused.length = 0;
    setReady({});
  });
  after(async () => {
    for (const close of closing) await close();
  });

  function setReady(ready: object): void {
    process.env['RASTERS'] = JSON.stringify([{ ...SOURCE, ready: { ...SOURCE.ready, ...ready } }]);
  }

  async function record(objects: readonly CreatedObject[], generation = 0): Promise<void> {
    const arrivedAt = new Date().toISOString();
    await rasters.put(
      'landsat',
      objects.map(({ bucket, key, etag }) => ({ name: `${key}#${etag}`, bucket, key, etag, arrivedAt, generation })),
    );
  }

  const read = () => invoke(handler, { ask: 'read', source: 'landsat', generation: 0, plane: PLANE });
  const missing = () => invoke(handler, { ask: 'missing', source: 'landsat', generation: 0 });
  const items = async () =>
    new Map((await ledger.entries()).map(({ key, outline, unreadable }) => [String(key), { outline, unreadable }]));

  it('finds in S3 where each of the test files lies, at no more than 32 reads, and knows which cannot be read', async (t) => {
    logLines(t);
    const names = readdirSync(FILES).filter((name) => name !== 'expected.json');
    const objects = new Map<string, CreatedObject>();
    for (const name of names) objects.set(name, await putFixture(name, `landsat/all/${name}`));
    const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', FILES), 'utf8'));
    await record(Object.keys(expected).flatMap((name) => objects.get(name) ?? []));
    asked.length = 0;

    assert.deepEqual(await read(), { done: true, read: 37 });

    const found = await items();
    for (const [name, each] of Object.entries(expected)) {
      assertAsExpected(found.get(`landsat/all/${name}`) ?? assert.fail(name), each, name);
      const base = `landsat/all/${name}`.replace(/\.[^./]*$/u, '');
      const reads = asked.filter(({ key }) => key.startsWith(base)).length;
      assert.ok(reads > 0 && reads <= 32, `${name}: ${reads}`);
    }
  });

  it('asks for the object that arrived, not for one that has taken its place: that touches nothing', async (t) => {
    logLines(t);
    const old = await putFixture('plain-4326.tif', 'landsat/replaced.tif');
    await putFixture('plain-3857.tif', 'landsat/replaced.tif');
    await record([old]);
    asked.length = 0;

    await read();

    assert.equal((await items()).get('landsat/replaced.tif')?.outline, '[]');
    const ofRaster = asked.filter(({ key }) => key.endsWith('replaced.tif'));
    assert.deepEqual([...new Set(ofRaster.map(({ ifMatch }) => ifMatch))], [`"${old.etag}"`]);
  });

  it('takes what the metadata of the object say before its own tags, and a file beside it before both', async (t) => {
    logLines(t);
    const tif = readFileSync(new URL('plain-4326.tif', FILES));
    const one = await put('landsat/m1.tif', tif, { bbox: '10,20,11,21' });
    const two = await put('landsat/m2.tif', tif, { bbox: '10,20,11,21' });
    await put('landsat/m2.json', JSON.stringify({ bbox: [30, 40, 31, 41] }));
    await record([one, two]);

    await read();

    const found = await items();
    assertNear(boxOf(String(found.get('landsat/m1.tif')?.outline)), [10, 20, 11, 21], 'metadata');
    assertNear(boxOf(String(found.get('landsat/m2.tif')?.outline)), [30, 40, 31, 41], 'sidecar');
  });

  for (const [what, pattern] of [
    ['a raster', /shut\.tif$/],
    ['what lies beside it', /shut\.json$/],
  ] as const) {
    it(`fails where S3 refuses ${what}, and does not call the raster unreadable`, async (t) => {
      logLines(t);
      await record([await putFixture('plain-4326.tif', 'landsat/shut.tif')]);
      refused.push(pattern);

      await assert.rejects(read(), {
        name: 'InvalidInputError',
        message: /^S3 refuses to let landsat\/shut\.(tif|json) of the bucket my-rasters be read .*keyArn/,
      });

      assert.equal((await items()).get('landsat/shut.tif')?.unreadable, undefined);
    });
  }

  it('leaves out what came after the group was closed, and does not read a raster twice', async (t) => {
    logLines(t);
    await record([await putFixture('plain-4326.tif', 'landsat/a.tif')]);
    await record([await putFixture('plain-4326.tif', 'landsat/later.tif')], 1);

    const first = await read();
    asked.length = 0;
    const second = await read();

    assert.deepEqual([first, second, asked], [{ done: true, read: 1 }, { done: true, read: 0 }, []]);
    assert.equal((await items()).get('landsat/later.tif')?.outline, undefined);
  });

  it('says that the reference of the cache is not known, and calls no raster unreadable for it', async (t) => {
    logLines(t);
    await record([await putFixture('plain-4326.tif', 'landsat/a.tif')]);
    const plane = { crs: 'EPSG:32767', tileSide: 1 };

    const run = invoke(handler, { ask: 'read', source: 'landsat', generation: 0, plane });

    await assert.rejects(run, { name: 'InvalidInputError', message: /reference of the cache/ });
  });

  describe('finds missing', () => {
    const rastersOf = async (...keys: string[]) => {
      await record(await Promise.all(keys.map((key) => put(key, 'raster'))));
    };

    it('the marker of each folder, whatever its size', async (t) => {
      logLines(t);
      setReady({ marker: '_SUCCESS' });
      await rastersOf('landsat/f1/a.tif', 'landsat/f2/b.tif');
      await put('landsat/f1/_SUCCESS', '');

      const before = await missing();
      await put('landsat/f2/_SUCCESS', '');

      assert.deepEqual([before, await missing()], [{ missing: ['landsat/f2/_SUCCESS'] }, { missing: [] }]);
    });

    it('the file beside each raster', async (t) => {
      logLines(t);
      setReady({ sidecar: '.json' });
      await rastersOf('landsat/s/a.tif', 'landsat/s/b.tif');
      await put('landsat/s/a.json', '{}');

      assert.deepEqual(await missing(), { missing: ['landsat/s/b.json'] });
    });

    it('what a manifest lists, the manifest itself, and keys in it', async (t) => {
      logLines(t);
      setReady({ manifest: 'manifest.json' });
      await rastersOf('landsat/m/a.tif');

      const without = await missing();
      await put('landsat/m/manifest.json', '{"files": 2}');
      const odd = await missing();
      await put('landsat/m/manifest.json', JSON.stringify(['landsat/m/a.tif', 'landsat/m/z.tif', 'other/x.tif']));
      const some = await missing();
      await put('landsat/m/manifest.json', JSON.stringify(['landsat/m/a.tif']));

      assert.deepEqual(without, { missing: ['landsat/m/manifest.json'] });
      assert.deepEqual(odd, { missing: ['landsat/m/manifest.json as a JSON array of keys'] });
      assert.deepEqual(some, {
        missing: [
          'other/x.tif, which landsat/m/manifest.json lists, below the prefix of the source',
          'landsat/m/z.tif',
        ],
      });
      assert.deepEqual(await missing(), { missing: [] });
    });
  });
});

function assertAsExpected(
  { outline, unreadable }: Record<'outline' | 'unreadable', unknown>,
  { contract, bbox4326, containsPole }: Expected,
  name: string,
): void {
  const isFound = outline !== undefined;
  if (contract !== 'footprint or unreadable') assert.equal(isFound, contract === 'footprint', `${name}: ${unreadable}`);
  assert.notEqual(isFound, unreadable !== undefined, name);
  if (isFound && bbox4326 !== undefined && containsPole === undefined)
    assertNear(boxOf(String(outline)), bbox4326, name);
}

function boxOf(outline: string): number[] {
  const points = JSON.parse(outline).flat(2) as [number, number][];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Longitudes by what they are on the earth. */
function assertNear(box: number[], [west, south, east, north]: Expected['bbox4326'] & {}, what: string): void {
  const turned = (lon: number) => ((lon % 360) + 360) % 360;
  const expected = [turned(west), south, turned(east), north];
  const actual = [turned(box[0] ?? NaN), box[1] ?? NaN, turned(box[2] ?? NaN), box[3] ?? NaN];
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs(value - (actual[index] ?? NaN)) < 0.0005, `${what}: ${actual} is not ${expected}`);
}
