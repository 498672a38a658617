import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaOfInterestSchema } from '../../../../shared/arcgis/area-of-interest.ts';

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

const polygon = { type: 'Polygon', coordinates: [COUNTER_CLOCKWISE] };
const named = (name: string) => ({ type: 'name', properties: { name } });
const CRS84 = named('urn:ogc:def:crs:OGC:1.3:CRS84');
const feature = (geometry: unknown) => ({ type: 'Feature', properties: { name: 'a' }, geometry });
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features });

/** The paths that are blamed, dots between their parts. */
function blamedPaths(value: unknown): string[] {
  const parsed = areaOfInterestSchema.safeParse(value);
  return [...new Set((parsed.error?.issues ?? []).map(({ path }) => path.join('.')))];
}

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

  it('is the same as a feature, and in a collection of features', () => {
    const multi = { type: 'MultiPolygon', coordinates: [[FAR_FROM_ORIGIN], [CLOCKWISE]] };

    const one = areaOfInterestSchema.parse(feature(polygon));
    const many = areaOfInterestSchema.parse({
      name: 'export',
      crs: CRS84,
      ...collection(feature(polygon), feature(multi)),
    });

    assert.deepEqual(one, areaOfInterestSchema.parse(polygon));
    const rings = [CLOCKWISE, FAR_FROM_ORIGIN.toReversed(), CLOCKWISE];
    assert.deepEqual(many, { ...one, features: rings.map((ring) => ({ geometry: { rings: [ring] } })) });
  });

  it('loses the altitudes that it has', () => {
    const ring = COUNTER_CLOCKWISE.map(([x, y]) => [x, y, 700]);

    const parsed = areaOfInterestSchema.parse({ type: 'Polygon', coordinates: [ring] });

    assert.deepEqual(parsed.features, [{ geometry: { rings: [CLOCKWISE] } }]);
  });

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

  const metres = CLOCKWISE.map(([x, y]) => [x * 100 + 254_000, y + 6_250_000]);
  const eastOfAll = CLOCKWISE.map(([x, y]) => [x + 170.001, y]);
  const northOfAll = CLOCKWISE.map(([x, y]) => [x, y + 80.001]);
  const point = { type: 'Point', coordinates: [0, 0] };
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
    ['a point', point, 'type'],
    ['a feature without geometry', feature(null), 'geometry'],
    ['a feature of a line', feature({ type: 'LineString', coordinates: CLOCKWISE }), 'geometry.type'],
    ['a feature in metres', feature({ type: 'Polygon', coordinates: [metres] }), 'geometry.coordinates'],
    ['no feature', collection(), 'features'],
    ['a collection of null', { type: 'FeatureCollection', features: null }, 'features'],
    ['a collection of what is no feature', collection({ ...feature(polygon), type: 'Polygon' }), 'features.0.type'],
    ['a collection with a point in it', collection(feature(polygon), feature(point)), 'features.1.geometry.type'],
    ['a collection of geometries', { type: 'GeometryCollection', geometries: [polygon] }, 'type'],
    [
      'a collection that is cut off',
      { ...collection(feature(polygon)), exceededTransferLimit: true },
      'exceededTransferLimit',
    ],
    [
      'a collection that is cut off, as newer servers say it',
      { ...collection(feature(polygon)), properties: { exceededTransferLimit: true } },
      'properties.exceededTransferLimit',
    ],
    [
      'another crs of its feature',
      { ...collection({ ...feature(polygon), crs: named('EPSG:2056') }) },
      'features.0.crs',
    ],
    ['another crs of its geometry', feature({ ...polygon, crs: named('EPSG:2056') }), 'geometry.crs'],
    ['a type of null', { type: null, coordinates: [CLOCKWISE] }, 'type'],
  ];
  for (const [what, value, path] of refused) {
    it(`is refused when it is or has ${what}`, () => {
      const blamed = blamedPaths(value);

      assert.deepEqual(blamed, [path]);
    });
  }

  it('says what a line is, and which types there are', () => {
    const [issue] = areaOfInterestSchema.safeParse({ type: 'LineString', coordinates: CLOCKWISE }).error?.issues ?? [];

    assert.match(
      String(issue?.message),
      /^must be Polygon, MultiPolygon, or a Feature or FeatureCollection of these: a LineString/,
    );
  });
});

describe('the crs of GeoJSON', () => {
  const names = [
    ...[
      'EPSG:4326',
      'epsg:4326',
      'CRS84',
      'CRS:84',
      'OGC:CRS84',
      'urn:ogc:def:crs:OGC:1.3:CRS84',
      'urn:ogc:def:crs:OGC::CRS84',
    ],
    ...[
      'urn:ogc:def:crs:EPSG::4326',
      'urn:ogc:def:crs:EPSG:9.9.1:4326',
      'urn:x-ogc:def:crs:EPSG:4326',
      'urn:ogc:def:crs:OGC:2:84',
    ],
    ...['http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'https://www.opengis.net/def/crs/OGC/0/CRS84'],
    ...['http://www.opengis.net/def/crs/EPSG/0/4326', 'http://www.opengis.net/gml/srs/epsg.xml#4326'],
  ];
  for (const crs of [...names.map(named), { type: 'EPSG', properties: { code: 4326 } }, 'EPSG:4326']) {
    it(`may be ${JSON.stringify(crs)}`, () => {
      const parsed = areaOfInterestSchema.parse({ ...polygon, crs });

      assert.deepEqual(parsed.spatialReference, { wkid: 4326 });
    });
  }

  const others = [
    ...['urn:ogc:def:crs:EPSG::2056', 'EPSG:3857', 'EPSG:43260', 'EPSG:14326', 'urn:ogc:def:crs:OGC:1.3:CRS83', ''],
    ...['http://www.opengis.net/def/crs/EPSG/0/25832', 'CRS842', 'urn:ogc:def:crs:OGC:1.3:CRS27', 'xEPSG:4326'],
  ];
  for (const crs of [...others.map(named), { type: 'EPSG', properties: { code: 2056 } }, {}, null, 4326, 'EPSG:3857']) {
    it(`is refused, by its name, as ${JSON.stringify(crs)}`, () => {
      const blamed = blamedPaths({ ...polygon, crs });

      assert.deepEqual(blamed, ['crs']);
    });
  }
});

describe('GeoJSON across the antimeridian', () => {
  const box = (west: number, east: number, south = -19, north = -16) => [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const withPointsAt180 = [
    [177, -19],
    [180, -19],
    [-180, -19],
    [-179, -19],
    [-179, -16],
    [-180, -16],
    [180, -16],
    [177, -16],
    [177, -19],
  ];
  const antarctica = [
    [-180, -90],
    [180, -90],
    [180, -84],
    [90, -70],
    [0, -72],
    [-90, -75],
    [-180, -84],
    [-180, -90],
  ];
  const rings: [what: string, ring: number[][], isTaken: boolean][] = [
    ['an area that is not cut', box(177, -179), false],
    ['the same from its other corner', box(-179, 177), false],
    ['an area that is not cut and has points at 180', withPointsAt180, false],
    ['an area that ends at 180 and begins beyond', box(180, -179), false],
    ['a step of 180 degrees and a little', box(-90, 90.001), false],
    ['a step of 180 degrees', box(-90, 90), true],
    ['the whole world', box(-180, 180, -90, 90), true],
    ['all that Web Mercator has', box(-180, 180, -85.05, 85.05), true],
    ['a continent around the pole', antarctica, true],
    ['its eastern part', box(177, 180), true],
  ];
  for (const [what, ring, isTaken] of rings) {
    it(`is ${isTaken ? 'taken' : 'refused by name'} for ${what}`, () => {
      const issues = areaOfInterestSchema.safeParse({ type: 'Polygon', coordinates: [ring] }).error?.issues ?? [];

      assert.equal(issues.length, isTaken ? 0 : 1);
      for (const { path, message } of issues) {
        assert.deepEqual(path, ['coordinates', 0]);
        assert.match(message, /antimeridian/);
      }
    });
  }

  it('is refused wherever the ring stands', () => {
    const blamed = blamedPaths(
      collection(feature(polygon), feature({ type: 'MultiPolygon', coordinates: [[CLOCKWISE], [box(177, -179)]] })),
    );

    assert.deepEqual(blamed, ['features.1.geometry.coordinates.1.0']);
  });
});
