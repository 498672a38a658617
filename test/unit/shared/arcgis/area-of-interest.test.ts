import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaOfInterestSchema, rectangle } from '../../../../shared/arcgis/area-of-interest.ts';

type Ring = [number, number][];

const CLOCKWISE: Ring = [
  [0, 0],
  [0, 10],
  [10, 10],
  [10, 0],
  [0, 0],
];
const COUNTER_CLOCKWISE = CLOCKWISE.toReversed();
const HOLE_CLOCKWISE: Ring = CLOCKWISE.map(([x, y]) => [4 + x / 10, 4 + y / 10]);
const HOLE_COUNTER_CLOCKWISE = HOLE_CLOCKWISE.toReversed();
const FAR_FROM_ORIGIN: Ring = COUNTER_CLOCKWISE.map(([x, y]) => [x - 120, y - 80]);

const featureSet = (...rings: unknown[]) => ({ features: [{ geometry: { rings } }] });

/** The paths that are blamed, dots between their parts. */
function blamedPaths(value: unknown): string[] {
  const parsed = areaOfInterestSchema.safeParse(value);
  return [...new Set((parsed.error?.issues ?? []).map(({ path }) => path.join('.')))];
}

describe('an area of interest as an Esri FeatureSet', () => {
  it('keeps its rings, as they are, and its spatial reference', () => {
    const area = {
      geometryType: 'esriGeometryPolygon',
      spatialReference: { wkid: 102100, latestWkid: 3857 },
      features: [{ geometry: { rings: [COUNTER_CLOCKWISE, HOLE_CLOCKWISE] } }, { geometry: { rings: [CLOCKWISE] } }],
    };

    const parsed = areaOfInterestSchema.parse(area);

    assert.deepEqual(parsed, area);
  });

  it('may leave out its geometry type and its spatial reference', () => {
    const parsed = areaOfInterestSchema.parse(featureSet(CLOCKWISE));

    assert.equal(parsed.geometryType, 'esriGeometryPolygon');
    assert.equal(parsed.spatialReference, undefined);
  });

  it('may have its spatial reference at the geometry', () => {
    const parsed = areaOfInterestSchema.parse({
      features: [{ geometry: { rings: [CLOCKWISE], spatialReference: { wkid: 2154 } } }],
    });

    assert.deepEqual(parsed.spatialReference, { wkid: 2154 });
  });

  it('may not mix spatial references', () => {
    const geometries = [{ wkid: 2154 }, { wkid: 4326 }].map((spatialReference) => ({
      rings: [CLOCKWISE],
      spatialReference,
    }));

    const paths = blamedPaths({ features: geometries.map((geometry) => ({ geometry })) });

    assert.deepEqual(paths, ['']);
  });

  it('loses the altitudes of GeoJSON', () => {
    const ring = COUNTER_CLOCKWISE.map(([x, y]) => [x, y, 700]);

    const parsed = areaOfInterestSchema.parse({ type: 'Polygon', coordinates: [ring] });

    assert.deepEqual(parsed.features, [{ geometry: { rings: [CLOCKWISE] } }]);
  });

  it('loses the attributes and fields that exports carry along', () => {
    const parsed = areaOfInterestSchema.parse({
      displayFieldName: '',
      fields: [{ name: 'OBJECTID' }],
      features: [{ attributes: { OBJECTID: 1 }, geometry: { rings: [CLOCKWISE] } }],
    });

    assert.deepEqual(parsed.features, [{ geometry: { rings: [CLOCKWISE] } }]);
  });

  const refused: [what: string, value: unknown, path: string][] = [
    ['null', null, ''],
    ['text, JSON even', JSON.stringify(featureSet(CLOCKWISE)), ''],
    ['an array', [featureSet(CLOCKWISE)], ''],
    ['an object without features', {}, 'features'],
    ['no features', { features: [] }, 'features'],
    ['a feature without geometry', { features: [{ attributes: {} }] }, 'features.0.geometry'],
    ['a geometry without rings', { features: [{ geometry: { x: 0, y: 0 } }] }, 'features.0.geometry.rings'],
    ['no rings', featureSet(), 'features.0.geometry.rings'],
    ['an empty ring', featureSet([]), 'features.0.geometry.rings.0'],
    ['a ring that is not closed', featureSet(CLOCKWISE.slice(0, -1)), 'features.0.geometry.rings.0'],
    ['a second ring that is not closed', featureSet(CLOCKWISE, CLOCKWISE.slice(1)), 'features.0.geometry.rings.1'],
    ['a ring of two points and back', featureSet([...CLOCKWISE.slice(0, 2), [0, 0]]), 'features.0.geometry.rings.0'],
    ['points', { ...featureSet(CLOCKWISE), geometryType: 'esriGeometryPoint' }, 'geometryType'],
    ['an empty spatial reference', { ...featureSet(CLOCKWISE), spatialReference: {} }, 'spatialReference'],
    ['a spatial reference of null', { ...featureSet(CLOCKWISE), spatialReference: null }, 'spatialReference'],
  ];
  for (const [what, value, path] of refused) {
    it(`is refused when it is or has ${what}`, () => {
      const blamed = blamedPaths(value);

      assert.deepEqual(blamed, [path]);
    });
  }

  it('is refused when a coordinate is no number, at its place', () => {
    const ring = CLOCKWISE.map(([x, y], index) => (index === 2 ? [x, Number.NaN] : [x, y]));

    const blamed = blamedPaths(featureSet(ring));

    assert.deepEqual(blamed, ['features.0.geometry.rings.0.2.1']);
  });
});

describe('an area of interest as GeoJSON', () => {
  for (const outer of [CLOCKWISE, COUNTER_CLOCKWISE]) {
    for (const hole of [HOLE_CLOCKWISE, HOLE_COUNTER_CLOCKWISE]) {
      const winding = `${outer === CLOCKWISE ? '' : 'counter-'}clockwise with a ${hole === HOLE_CLOCKWISE ? '' : 'counter-'}clockwise hole`;
      it(`${winding} becomes clockwise with a counter-clockwise hole, as Esri has it`, () => {
        const parsed = areaOfInterestSchema.parse({ type: 'Polygon', coordinates: [outer, hole] });

        assert.deepEqual(parsed.features, [{ geometry: { rings: [CLOCKWISE, HOLE_COUNTER_CLOCKWISE] } }]);
      });
    }
  }

  it('is turned the right way far from the origin too', () => {
    const parsed = areaOfInterestSchema.parse({ type: 'Polygon', coordinates: [FAR_FROM_ORIGIN] });

    assert.deepEqual(parsed.features, [{ geometry: { rings: [FAR_FROM_ORIGIN.toReversed()] } }]);
  });

  it('is in WGS 84', () => {
    const parsed = areaOfInterestSchema.parse({ type: 'Polygon', coordinates: [COUNTER_CLOCKWISE] });

    assert.deepEqual(parsed.spatialReference, { wkid: 4326 });
    assert.equal(parsed.geometryType, 'esriGeometryPolygon');
  });

  it('has a feature for every polygon of a MultiPolygon, each with its own holes', () => {
    const parsed = areaOfInterestSchema.parse({
      type: 'MultiPolygon',
      coordinates: [[COUNTER_CLOCKWISE, HOLE_CLOCKWISE], [FAR_FROM_ORIGIN]],
    });

    assert.deepEqual(parsed.features, [
      { geometry: { rings: [CLOCKWISE, HOLE_COUNTER_CLOCKWISE] } },
      { geometry: { rings: [FAR_FROM_ORIGIN.toReversed()] } },
    ]);
  });

  it('may reach to the ends of the world', () => {
    const world = CLOCKWISE.map(([x, y]) => [x * 36 - 180, y * 18 - 90]);

    const blamed = blamedPaths({ type: 'Polygon', coordinates: [world] });

    assert.deepEqual(blamed, []);
  });

  const metres = CLOCKWISE.map(([x, y]) => [x + 254_000, y + 6_250_000]);
  const eastOfAll = CLOCKWISE.map(([x, y]) => [x + 170.001, y]);
  const northOfAll = CLOCKWISE.map(([x, y]) => [x, y + 80.001]);
  const polygon = { type: 'Polygon', coordinates: [CLOCKWISE] };
  const refused: [what: string, value: unknown, path: string][] = [
    ['metres', { type: 'Polygon', coordinates: [metres] }, 'coordinates'],
    ['a longitude over 180', { type: 'Polygon', coordinates: [eastOfAll] }, 'coordinates'],
    ['a latitude over 90', { type: 'Polygon', coordinates: [northOfAll] }, 'coordinates'],
    ['a hole in metres', { type: 'MultiPolygon', coordinates: [[CLOCKWISE, metres]] }, 'coordinates.0'],
    ['no ring', { type: 'Polygon', coordinates: [] }, 'coordinates'],
    ['no coordinates', { type: 'Polygon' }, 'coordinates'],
    ['no polygon', { type: 'MultiPolygon', coordinates: [] }, 'coordinates'],
    ['a polygon without rings', { type: 'MultiPolygon', coordinates: [[CLOCKWISE], []] }, 'coordinates.1'],
    ['an open ring', { type: 'Polygon', coordinates: [CLOCKWISE.slice(0, -1)] }, 'coordinates.0'],
    ['a point', { type: 'Point', coordinates: [0, 0] }, 'type'],
    ['a feature around it', { type: 'Feature', geometry: polygon }, 'type'],
    ['a collection around it', { type: 'FeatureCollection', features: [{ geometry: polygon }] }, 'type'],
    ['a type of null', { type: null, coordinates: [CLOCKWISE] }, 'type'],
  ];
  for (const [what, value, path] of refused) {
    it(`is refused when it is or has ${what}`, () => {
      const blamed = blamedPaths(value);

      assert.deepEqual(blamed, [path]);
    });
  }
});

describe('a rectangle', () => {
  it('is one closed clockwise ring in the spatial reference that is given', () => {
    const area = rectangle({ xmin: -1, ymin: 2, xmax: 3, ymax: 4 }, { wkid: 3857 });

    const [ring] = area.features[0]?.geometry.rings ?? [];
    assert.deepEqual(ring, [
      [-1, 2],
      [-1, 4],
      [3, 4],
      [3, 2],
      [-1, 2],
    ]);
    assert.deepEqual(area.spatialReference, { wkid: 3857 });
    assert.deepEqual(blamedPaths(area), []);
  });
});
