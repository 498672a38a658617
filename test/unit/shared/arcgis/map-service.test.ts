import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseScales, tileCacheOf } from '../../../../shared/arcgis/map-service.ts';
import { InvalidInputError } from '../../../../shared/errors.ts';

const SERVICE = { folder: 'Base', name: 'Roads', type: 'MapServer' };
const CACHED = [591657527.591555, 9027.977411, 4513.988705];
const lods = CACHED.map((scale) => ({ scale }));
const WEB_MERCATOR = { wkid: 102100, latestWkid: 3857 };

describe('the tile cache of a service', () => {
  it('has the scales of the service, largest denominator first and each once', () => {
    const { scales } = tileCacheOf({ tileInfo: { lods: [...lods.toReversed(), ...lods.slice(1)] } }, SERVICE);

    assert.deepEqual(scales, CACHED);
  });

  const places: [where: string, description: Parameters<typeof tileCacheOf>[0]][] = [
    ['of the tiles', { tileInfo: { lods, spatialReference: WEB_MERCATOR }, spatialReference: { wkid: 4326 } }],
    ['of the service', { tileInfo: { lods }, spatialReference: WEB_MERCATOR }],
    ['of the full extent', { tileInfo: { lods }, fullExtent: { spatialReference: WEB_MERCATOR } }],
  ];
  for (const [where, description] of places) {
    it(`has the spatial reference ${where}`, () => {
      const { spatialReference } = tileCacheOf(description, SERVICE);

      assert.deepEqual(spatialReference, WEB_MERCATOR);
    });
  }

  const uncached: [what: string, description: Parameters<typeof tileCacheOf>[0]][] = [
    ['says nothing of tiles', {}],
    ['has null for its tiles', { tileInfo: null }],
    ['has tiles of no scale', { singleFusedMapCache: true, tileInfo: { lods: [] } }],
    ['says that it is not drawn from a cache', { singleFusedMapCache: false, tileInfo: { lods } }],
  ];
  for (const [what, description] of uncached) {
    it(`is missing, by the service's name, where the service ${what}`, () => {
      const read = () => tileCacheOf(description, SERVICE);

      assert.throws(read, { name: 'InvalidInputError', message: /^inputService: Base\/Roads\.MapServer has no tile/ });
    });
  }
});

describe('the scales of a job', () => {
  it('are all cached ones for "ALL"', () => {
    const scales = chooseScales('ALL', CACHED);

    assert.deepEqual(scales, CACHED);
  });

  it('are those that were asked for, in the order of the cache and each once', () => {
    const scales = chooseScales([4513.988705, 591657527.591555, 4513.988705], CACHED);

    assert.deepEqual(scales, [591657527.591555, 4513.988705]);
  });

  it("are written as the service writes them, where another program's rounding differs in the last digits", () => {
    const scales = chooseScales([591657527.5915551, 9027.977411000002], CACHED);

    assert.deepEqual(scales, [591657527.591555, 9027.977411]);
  });

  it('are refused where one is not cached, naming it and the scales that exist', () => {
    const choose = () => chooseScales([9027.977411, 9028, 5000], CACHED);

    assert.throws(choose, (error) => {
      assert.ok(error instanceof InvalidInputError);
      assert.match(error.message, /^scales: 9028, 5000 not cached/);
      for (const scale of CACHED) assert.ok(error.message.includes(String(scale)));
      return true;
    });
  });
});
