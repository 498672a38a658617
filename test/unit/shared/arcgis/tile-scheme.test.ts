import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { areaOfInterestSchema } from '../../../../shared/arcgis/area-of-interest.ts';
import { areaInScheme, tileSchemeOf } from '../../../../shared/arcgis/tile-scheme.ts';
import { planOf } from '../../../../shared/tiles/plan.ts';

const EDGE = 20_037_508.342787;
const LODS = [
  { level: 1, resolution: 78_271.516964, scale: 295_828_763.795777 },
  { level: 0, resolution: 156_543.033928, scale: 591_657_527.591555 },
];
const TILE_INFO = {
  rows: 256,
  cols: 512,
  origin: { x: -EDGE, y: EDGE },
  spatialReference: { wkid: 102100, latestWkid: 3857 },
  lods: LODS,
};

describe("a service's tiling scheme", () => {
  it('has the numbers that the service writes, the coarsest level first', () => {
    const scheme = tileSchemeOf({ tileInfo: TILE_INFO });

    assert.deepEqual(scheme, {
      origin: { x: -EDGE, y: EDGE },
      rows: 256,
      cols: 512,
      levels: LODS.toReversed(),
      extent: undefined,
    });
  });

  it('takes levels that have no number by their place', () => {
    const lods = LODS.map(({ level, ...lod }) => lod).toReversed();

    assert.deepEqual(
      tileSchemeOf({ tileInfo: { ...TILE_INFO, lods } })?.levels.map(({ level }) => level),
      [0, 1],
    );
  });

  for (const missing of ['rows', 'cols', 'origin', 'lods']) {
    it(`is not there where the service does not tell its ${missing}`, () => {
      assert.equal(tileSchemeOf({ tileInfo: { ...TILE_INFO, [missing]: undefined } }), undefined);
    });
  }

  it('is not there where a level has no resolution', () => {
    const lods = [...LODS, { level: 2, scale: 1_000 }];

    assert.equal(tileSchemeOf({ tileInfo: { ...TILE_INFO, lods } }), undefined);
  });

  it('has the extent in its own reference, converted where that can be done', () => {
    const degrees = { xmin: -180, ymin: -90, xmax: 180, ymax: 90, spatialReference: { wkid: 4326 } };
    const { extent } = tileSchemeOf({ tileInfo: TILE_INFO, fullExtent: degrees }) ?? {};

    assert.deepEqual(Object.values(extent ?? {}).map(Math.round), [-20_037_508, -20_037_508, 20_037_508, 20_037_508]);
    const local = { ...degrees, spatialReference: { wkid: 2154 } };
    assert.equal(tileSchemeOf({ tileInfo: TILE_INFO, fullExtent: local })?.extent, undefined);
    const empty = { xmin: null, ymin: null, xmax: null, ymax: null };
    assert.equal(tileSchemeOf({ tileInfo: TILE_INFO, fullExtent: empty })?.extent, undefined);
  });
});

describe('an area in the map units of a service', () => {
  const lonLat = z.parse(areaOfInterestSchema, {
    type: 'Polygon',
    coordinates: [[[0, 0], [90, 0], [90, 66.51326044], [0, 66.51326044], [0, 0]]], // biome-ignore format: a ring reads better in one line
  });
  const mercator = { wkid: 102100 };

  it('is converted from WGS 84 to Web Mercator and back', () => {
    const polygons = areaInScheme(lonLat, mercator);

    assert.deepEqual(polygons.flat(2).map((point) => point.map((value) => Math.abs(Math.round(value / (EDGE / 2))))).slice(0, 3), [[0, 0], [0, 1], [1, 1]]); // biome-ignore format: a ring reads better in one line
    const back = areaInScheme(
      {
        ...lonLat,
        spatialReference: mercator,
        features: polygons.map((rings) => ({
          geometry: { rings: rings.map((ring) => ring.map((point) => [...point])) },
        })),
      },
      { wkid: 4326 },
    );
    assert.deepEqual(
      back.flat(2).map((point) => point.map((value) => Math.round(value * 1e6) / 1e6))[2],
      [90, 66.51326],
    );
  });

  it('is as it was given without a reference, in the same one, and under its other id', () => {
    const rings = [[[0, 0], [0, 9], [9, 9], [0, 0]]]; // biome-ignore format: a ring reads better in one line
    const area = { geometryType: 'esriGeometryPolygon' as const, features: [{ geometry: { rings } }] };

    for (const spatialReference of [undefined, { wkid: 3857 }, mercator]) {
      assert.deepEqual(areaInScheme({ ...area, spatialReference }, mercator), [rings]);
    }
    assert.deepEqual(areaInScheme(area, undefined), [rings]);
  });

  for (const [given, own] of [
    [{ wkid: 2154 }, mercator],
    [{ wkid: 4326 }, { wkid: 2154 }],
    [{ wkid: 4326 }, undefined],
  ]) {
    // biome-ignore format: pairs
    it(`is refused in ${JSON.stringify(given)} where the service's is ${JSON.stringify(own)}`, () => {
      assert.throws(() => areaInScheme({ ...lonLat, spatialReference: given }, own), {
        name: 'InvalidInputError',
        message: /^areaOfInterest\.spatialReference: .*nothing was done\. Give /,
      });
    });
  }

  it('touches a quarter of the world as it does on the map', () => {
    const scheme = tileSchemeOf({ tileInfo: { ...TILE_INFO, cols: 256 } });
    assert.ok(scheme);

    const plan = planOf({ scheme, scales: [LODS[0]?.scale ?? 0], area: areaInScheme(lonLat, mercator) });

    assert.equal(plan.tiles, 1);
    const { extent } = plan.unit(0);
    assert.deepEqual(
      Object.values(extent).map((value) => Math.abs(Math.round(value))),
      [0, 0, 20_037_508, 20_037_508],
    );
  });
});
