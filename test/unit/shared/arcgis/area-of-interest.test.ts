import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaOfInterestSchema } from '../../../../shared/arcgis/area-of-interest.ts';
import { rectangle } from '../../../../shared/arcgis/polygons.ts';

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

  for (const more of [[700], [null], [700, null], [null, null], ['NaN']]) {
    it(`loses ${JSON.stringify(more)} behind x and y, heights and measures, known or not`, () => {
      const ring = CLOCKWISE.map((point) => [...point, ...more]);

      const parsed = areaOfInterestSchema.parse({ features: [{ geometry: { hasM: true, rings: [ring] } }] });

      assert.deepEqual(parsed.features, [{ geometry: { rings: [CLOCKWISE] } }]);
    });
  }

  it('may be the bare geometry, with its spatial reference or without', () => {
    const bare = areaOfInterestSchema.parse({ rings: [CLOCKWISE, HOLE_CLOCKWISE], hasZ: false });
    const placed = areaOfInterestSchema.parse({ rings: [CLOCKWISE], spatialReference: { wkid: 2154 } });

    const geometryType = 'esriGeometryPolygon';
    const features = [{ geometry: { rings: [CLOCKWISE, HOLE_CLOCKWISE] } }];
    assert.deepEqual(bare, { geometryType, spatialReference: undefined, features });
    assert.deepEqual(placed.spatialReference, { wkid: 2154 });
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
    ['five numbers for a point', featureSet([[0, 0, 0, 0, 0], ...CLOCKWISE.slice(1)]), 'features.0.geometry.rings.0.0'],
    ['a bare geometry without rings', { rings: [] }, 'rings'],
    ['a bare geometry with an open ring', { rings: [CLOCKWISE, CLOCKWISE.slice(1)] }, 'rings.1'],
    [
      'a geometry of null',
      { features: [{ geometry: { rings: [CLOCKWISE] } }, { geometry: null }] },
      'features.1.geometry',
    ],
  ];
  for (const [what, value, path] of refused) {
    it(`is refused when it is or has ${what}`, () => {
      const blamed = blamedPaths(value);

      assert.deepEqual(blamed, [path]);
    });
  }

  const named: [value: unknown, message: RegExp][] = [
    [
      { features: [{ geometry: { hasM: true, curveRings: [[[0, 0]]] } }] },
      /^0\.geometry\.curveRings are .*densify.*returnTrueCurves=false/,
    ],
    [{ features: [{ geometry: { rings: [CLOCKWISE], curveRings: [] } }] }, /curveRings are curves/],
    [
      {
        curveRings: [
          [
            [0, 0],
            {
              c: [
                [1, 1],
                [2, 2],
              ],
            },
          ],
        ],
      },
      /^curveRings are curves/,
    ],
    [{ ...featureSet(CLOCKWISE), exceededTransferLimit: true }, /^exceededTransferLimit is true: .*left features out/],
    [{ x: 1, y: 2 }, /^rings is missing: a point/],
    [
      {
        paths: [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      },
      /^rings is missing: a line/,
    ],
    [{ points: [[0, 0]] }, /^rings is missing: points/],
    [{ xmin: 0, ymin: 0, xmax: 1, ymax: 1 }, /^rings is missing: an envelope .*updateExtent/],
    [
      { geometryType: 'esriGeometryPolyline', features: [{ geometry: { paths: [] } }] },
      /^geometryType must be esriGeometryPolygon: lines/,
    ],
  ];
  for (const [value, message] of named) {
    it(`is refused as ${JSON.stringify(value).slice(0, 70)}, by the name of what it is`, () => {
      const [first] = areaOfInterestSchema.safeParse(value).error?.issues ?? [];

      assert.match(`${first?.path.join('.').replace(/^features\./, '')} ${first?.message}`, message);
    });
  }

  it('is taken where its query says that it is whole', () => {
    const blamed = blamedPaths({ ...featureSet(CLOCKWISE), exceededTransferLimit: false });

    assert.deepEqual(blamed, []);
  });

  it('is refused when a coordinate is no number, at its place', () => {
    const ring = CLOCKWISE.map(([x, y], index) => (index === 2 ? [x, Number.NaN] : [x, y]));

    const blamed = blamedPaths(featureSet(ring));

    assert.deepEqual(blamed, ['features.0.geometry.rings.0.2.1']);
  });
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
