import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseScales, tileCacheOf } from '../../../../shared/arcgis/map-service.ts';
import { InvalidInputError } from '../../../../shared/errors.ts';

type Description = Parameters<typeof tileCacheOf>[0];

const SERVICE = { folder: 'Base', name: 'Roads', type: 'MapServer' };
const SCHEME = [591657527.591555, 9027.977411, 4513.988705];
const lods = SCHEME.map((scale, index) => ({ level: index + 15, scale }));
const FUSED = { singleFusedMapCache: true };
const WEB_MERCATOR = { wkid: 102100, latestWkid: 3857 };

const cacheOf = (description: Description) => tileCacheOf(description, SERVICE);

describe('the tile cache of a service', () => {
  it('has the scales of the service, largest denominator first and each once', () => {
    const { scales } = cacheOf({ ...FUSED, tileInfo: { lods: [...lods.toReversed(), ...lods.slice(1)] } });

    assert.deepEqual(scales, SCHEME);
  });

  const places: [where: string, description: Description][] = [
    ['of the tiles', { tileInfo: { lods, spatialReference: WEB_MERCATOR }, spatialReference: { wkid: 4326 } }],
    ['of the service', { tileInfo: { lods }, spatialReference: WEB_MERCATOR }],
    ['of the full extent', { tileInfo: { lods }, fullExtent: { spatialReference: WEB_MERCATOR } }],
  ];
  for (const [where, description] of places) {
    it(`has the spatial reference ${where}`, () => {
      const { spatialReference } = cacheOf({ ...FUSED, ...description });

      assert.deepEqual(spatialReference, WEB_MERCATOR);
    });
  }

  const uncached: [what: string, description: Description][] = [
    ['says nothing of tiles', {}],
    ['has null for its tiles', { tileInfo: null }],
    ['has tiles of no scale', { ...FUSED, tileInfo: { lods: [] } }],
    ['has tiles without a word of scales', { ...FUSED, tileInfo: {} }],
    ['says that it is not drawn from a cache', { singleFusedMapCache: false, tileInfo: { lods } }],
    ['has a scheme and no word of stored tiles', { tileInfo: { lods } }],
    ['has an image cache of no type', { cacheType: 'None', tileInfo: { lods } }],
    [
      'says how tiles are stored, and has no scheme',
      { storageInfo: { storageFormat: 'esriMapCacheStorageModeCompactV2' } },
    ],
    ['has a storage that says nothing', { storageInfo: {}, tileInfo: { lods, storageFormat: '' } }],
  ];
  for (const [what, description] of uncached) {
    it(`is missing, by the service's name, where the service ${what}`, () => {
      const read = () => cacheOf(description);

      assert.throws(read, { name: 'InvalidInputError', message: /^inputService: Base\/Roads\.MapServer has no tile/ });
    });
  }

  const stored: [how: string, description: Description, isDrawn: boolean][] = [
    ['a fused map', { ...FUSED, tileInfo: { lods } }, true],
    ['an image service', { singleFusedMapCache: false, cacheType: 'Raster', tileInfo: { lods } }, true],
    [
      'a service that says how its tiles are stored',
      { singleFusedMapCache: false, storageInfo: { packetSize: 128 }, tileInfo: { lods } },
      false,
    ],
    ['a scheme that says it', { tileInfo: { lods, storageFormat: 'esriMapCacheStorageModeCompact' } }, false],
  ];
  for (const [how, description, isDrawn] of stored) {
    it(`is that of ${how}, and ${isDrawn ? 'nothing' : 'that it is not drawn from it'} is noted`, () => {
      const { scales, notes } = cacheOf(description);

      assert.deepEqual(scales, SCHEME);
      assert.equal(notes.length, isDrawn ? 0 : 1);
      for (const note of notes) assert.match(note, /^Base\/Roads\.MapServer has a tile cache and is not drawn/);
    });
  }

  const [top, middle, bottom] = SCHEME;
  const ranges: [range: Partial<Description>, cached: (number | undefined)[]][] = [
    [{}, [top, middle, bottom]],
    [{ minScale: 0, maxScale: 0 }, [top, middle, bottom]],
    [{ minLOD: 16, maxLOD: 17 }, [middle, bottom]],
    [{ minLOD: 16, maxLOD: 16 }, [middle]],
    [{ minLOD: 0, maxLOD: 23 }, [top, middle, bottom]],
    [{ minLOD: 17 }, [bottom]],
    [{ maxLOD: 15 }, [top]],
    [{ minLOD: 17, maxLOD: 16 }, []],
    [{ minLOD: 0, maxLOD: 0 }, []],
    [{ minLOD: 16, maxLOD: 17, minScale: 591657527.591555, maxScale: 591657527.591555 }, [middle, bottom]],
    [{ minLOD: null, maxLOD: null, minScale: 10_000, maxScale: 0 }, [middle, bottom]],
    [{ minScale: 0, maxScale: 9027.977411 }, [top, middle]],
    [{ minScale: 9027.977411, maxScale: 4513.988705 }, [middle, bottom]],
    [{ minScale: 9028, maxScale: 9027 }, [middle]],
    [{ minScale: 9027, maxScale: 9030 }, [middle]],
    [{ minScale: 8000, maxScale: 5000 }, []],
  ];
  for (const [range, cached] of ranges) {
    it(`is filled at ${cached.join(', ') || 'no scale'} where the service says ${JSON.stringify(range)}`, () => {
      const { cachedScales, scales } = cacheOf({ ...FUSED, tileInfo: { lods }, ...range });

      assert.deepEqual(cachedScales, cached);
      assert.deepEqual(scales, SCHEME);
    });
  }

  it('goes by the range of scales where its levels have no numbers', () => {
    const unnumbered = SCHEME.map((scale) => ({ scale }));

    const { cachedScales } = cacheOf({
      ...FUSED,
      tileInfo: { lods: unnumbered },
      minLOD: 15,
      maxLOD: 15,
      maxScale: 9000,
    });

    assert.deepEqual(cachedScales, [top, middle]);
  });
});

describe('the scales of a job', () => {
  const cache = (more: Partial<Description> = {}) => cacheOf({ ...FUSED, tileInfo: { lods }, ...more });

  it('are all cached ones for "ALL"', () => {
    const scales = chooseScales('ALL', cache({ minLOD: 16 }));

    assert.deepEqual(scales, SCHEME.slice(1));
  });

  it('are never all of the scheme where the service says that none is cached', () => {
    const choose = () => chooseScales('ALL', cache({ minLOD: 20 }));

    assert.throws(choose, { name: 'InvalidInputError', message: /^scales: .*none .*591657527.591555, 9027.977411/ });
  });

  it('are those that were asked for, in the order of the scheme and each once, cached now or not', () => {
    const scales = chooseScales([4513.988705, 591657527.591555, 4513.988705], cache({ minLOD: 16 }));

    assert.deepEqual(scales, [591657527.591555, 4513.988705]);
  });

  it("are written as the service writes them, where another program's rounding differs in the last digits", () => {
    const scales = chooseScales([591657527.5915551, 9027.977411000002], cache());

    assert.deepEqual(scales, [591657527.591555, 9027.977411]);
  });

  it('are refused where one is not in the scheme, naming it and the scales that exist', () => {
    const choose = () => chooseScales([9027.977411, 9028, 5000], cache({ minLOD: 16 }));

    assert.throws(choose, (error) => {
      assert.ok(error instanceof InvalidInputError);
      assert.match(error.message, /^scales: 9028, 5000 not in/);
      for (const scale of SCHEME) assert.ok(error.message.includes(String(scale)));
      return true;
    });
  });
});
