import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderObjects } from '../../../../local/folder-objects.ts';
import { footprintOf } from '../../../../shared/rasters/footprint.ts';
import { boxAround, DEGREES, outlineIn } from '../../../../shared/rasters/outline.ts';
import { type ObjectSource, Reader } from '../../../../shared/rasters/reader.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/rasters/', import.meta.url));
const METRES_A_DEGREE = 111_320;
const MAX_READS = 32;
const MAX_BYTES = 1024 * 1024;
const LOOP = 'broken-ifd-loop.tif';

interface Expected {
  contract: 'footprint' | 'unreadable' | 'footprint or unreadable';
  bbox4326?: [number, number, number, number];
  containsPole?: string;
}

const expected: Record<string, Expected> = JSON.parse(await readFile(`${FOLDER}expected.json`, 'utf8'));

describe('the footprint of a raster', () => {
  assert.equal(Object.keys(expected).length, 37);
  for (const [file, { contract, bbox4326, containsPole }] of Object.entries(expected)) {
    it(`${file}: ${contract}`, async () => {
      const reader = new Reader(folderObjects(FOLDER));
      const box = await boxOf(reader, file).catch((error: Error) => error);

      assert.ok(reader.reads <= MAX_READS && reader.bytes <= MAX_BYTES, `${reader.reads} ${reader.bytes}`);
      if (box instanceof Error) {
        assert.notEqual(contract, 'footprint', box.stack);
        assert.equal(box.name, 'RasterError', box.stack);
        return;
      }
      assert.notEqual(contract, 'unreadable');
      if (bbox4326 !== undefined) assertNear(box, bbox4326);
      if (containsPole !== undefined) assert.deepEqual(box.slice(0, 3), [-180, -90, 180]);
    });
  }

  it('is found in a file whose directories lead back to the first, without going round', async () => {
    const loop = Buffer.concat([await readFile(`${FOLDER}${LOOP}`), Buffer.alloc(100_000)]);
    const reader = new Reader(objects({ 'loop.tif': loop }));

    assertNear(await boxOf(reader, 'loop.tif'), [8.9831528, 47.3147411, 9.0693911, 47.3537047]);
    assert.ok(reader.reads < 5);
  });
});

describe('what stands beside a raster', () => {
  const square = (west: number, east: number) => [
    [west, 10],
    [east, 10],
    [east, 20],
    [west, 20],
    [west, 10],
  ];
  const polygon = (ring: number[][]) => ({ type: 'Polygon', coordinates: [ring] });
  const sources: [name: string, sidecar: object, source: string, box: number[]][] = [
    ['a STAC item', { stac_version: '1.0.0', geometry: polygon(square(1, 2)) }, 'stac', [1, 10, 2, 20]],
    ['a bbox over 180 degrees', { stac_version: '1.1.0', bbox: [179, -5, -179, 5] }, 'stac', [179, -5, 181, 5]],
    ['a bbox with heights', { geometry: null, bbox: [1, 2, 0, 3, 4, 9] }, 'sidecar', [1, 2, 3, 4]],
    ['a ring over 180 degrees, not cut', { geometry: polygon(square(179, -179)) }, 'sidecar', [179, 10, 181, 20]],
    ['the whole world', { geometry: polygon(square(-180, 180)) }, 'sidecar', [-180, 10, 180, 20]],
  ];
  for (const [name, sidecar, source, box] of sources) {
    it(`${name} comes first`, async () => {
      const reader = new Reader(objects({ 'a.tif': await plain(), 'a.json': Buffer.from(JSON.stringify(sidecar)) }));
      const footprint = await footprintOf(reader, 'a.tif');

      assert.equal(footprint.source, source);
      assert.deepEqual(boxAround(outlineIn(footprint, DEGREES)), box);
    });
  }

  for (const [name, text] of [
    ['no JSON', '{'],
    ['neither geometry nor bbox', '{"title": "a"}'],
    ['JSON that is no object', '[]'],
  ]) {
    it(`a file with ${name} is no source`, async () => {
      const reader = new Reader(objects({ 'a.tif': await plain(), 'a.json': Buffer.from(text ?? '') }));
      assert.equal((await footprintOf(reader, 'a.tif')).source, 'tiff');
    });
  }

  for (const [name, sidecar] of [
    ['metres', { bbox: [500_000, 1, 600_000, 2] }],
    ['a point', { geometry: { type: 'Point', coordinates: [1, 2] } }],
    ['a bbox of no area', { bbox: [1, 2, 1, 2] }],
    ['texts', { bbox: ['1', '2', '3', '4'] }],
  ] as const) {
    it(`${name} in it cannot be used, and that is said`, async () => {
      const reader = new Reader(objects({ 'a.tif': await plain(), 'a.json': Buffer.from(JSON.stringify(sidecar)) }));
      await assert.rejects(footprintOf(reader, 'a.tif'), { name: 'RasterError', message: /JSON file/ });
    });
  }

  it('the metadata of the object come before its tags, and after a JSON file', async () => {
    const metadata = { bbox: '170, -10, -170, 10' };
    const reader = new Reader(objects({ 'a.tif': await plain() }, metadata));
    const footprint = await footprintOf(reader, 'a.tif');

    assert.equal(footprint.source, 'metadata');
    assert.deepEqual(boxAround(outlineIn(footprint, DEGREES)), [170, -10, 190, 10]);
  });
});

async function plain(): Promise<Buffer> {
  return await readFile(`${FOLDER}plain-3857.tif`);
}

function objects(files: Record<string, Buffer>, metadata?: Record<string, string>): ObjectSource {
  return {
    read: async (key, offset, length) => {
      const bytes = files[key]?.subarray(offset, offset + length);
      return bytes && { bytes, metadata };
    },
  };
}

async function boxOf(reader: Reader, file: string) {
  return boxAround(outlineIn(await footprintOf(reader, file), { ...DEGREES, tolerance: 5e-8 }));
}

function assertNear(box: readonly number[], [west, south, east, north]: readonly number[]): void {
  const right = (west ?? 0) > (east ?? 0) ? (east ?? 0) + 360 : east;
  for (const [index, value] of [west, south, right, north].entries()) {
    const metres = Math.abs((value ?? 0) - (box[index] ?? 0)) * METRES_A_DEGREE;
    assert.ok(metres < 0.02, `${box} is ${metres} m off`);
  }
}
