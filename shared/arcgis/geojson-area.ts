import * as z from 'zod/mini';
import { doubledArea, isWhole, type Polygons, type Ring, ringSchema, ringsOf } from './rings.ts';

const WGS84_WKID = 4326;
const OTHER_TYPES = ['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'GeometryCollection'];

/** RFC 7946 has no `crs`. Older files and many programs write it, and then it holds: for every other one the numbers mean another place. */
const crsSchema = z.optional(
  z
    .unknown()
    .check(
      z.refine(
        isWgs84,
        'must be CRS84 or EPSG:4326, the longitudes and latitudes of GeoJSON: convert the coordinates, or give an Esri FeatureSet with its spatialReference',
      ),
    ),
);

const lonLatRingSchema = ringSchema.check(
  z.refine(
    (ring) => !isLonLat(ring) || !hasLongStep(ring),
    'has a step of more than 180 degrees of longitude: cut the area at the antimeridian, a polygon on each side (RFC 7946, 3.1.9)',
  ),
);

const lonLatRingsSchema = ringsOf(lonLatRingSchema).check(
  z.refine(
    (rings) => rings.every(isLonLat),
    'must be longitudes (-180 to 180) and latitudes in WGS 84, as GeoJSON has them; for other coordinates give an Esri FeatureSet',
  ),
);

const polygonSchema = z.looseObject({ type: z.literal('Polygon'), crs: crsSchema, coordinates: lonLatRingsSchema });

const multiPolygonSchema = z.looseObject({
  type: z.literal('MultiPolygon'),
  crs: crsSchema,
  coordinates: z.array(lonLatRingsSchema).check(z.minLength(1, 'must have at least one polygon')),
});

const featureSchema = z.looseObject({
  type: z.literal('Feature'),
  crs: crsSchema,
  geometry: z.discriminatedUnion('type', [polygonSchema, multiPolygonSchema], typeError('Polygon or MultiPolygon')),
});

const collectionSchema = z
  .looseObject({
    type: z.literal('FeatureCollection'),
    crs: crsSchema,
    // Where newer servers of ArcGIS say that it is not whole.
    properties: z.optional(z.unknown().check(isWhole)),
    features: z
      .array(featureSchema)
      .check(z.minLength(1, 'must have at least one feature: an empty area never means everything')),
  })
  .check(isWhole);

const anySchema = z.discriminatedUnion(
  'type',
  [polygonSchema, multiPolygonSchema, featureSchema, collectionSchema],
  typeError('Polygon, MultiPolygon, or a Feature or FeatureCollection of these'),
);

/** GeoJSON in WGS 84: Polygon, MultiPolygon, Feature and FeatureCollection of these. */
export const geoJsonSchema = z.pipe(
  anySchema,
  z.transform((geoJson): Polygons => {
    const polygons = polygonsOf(geoJson).map((rings) => rings.map(toEsriOrientation));
    return { spatialReference: { wkid: WGS84_WKID }, polygons };
  }),
);

type GeoJson = z.output<typeof anySchema>;

function polygonsOf(geoJson: GeoJson): Ring[][] {
  switch (geoJson.type) {
    case 'Polygon':
      return [geoJson.coordinates];
    case 'MultiPolygon':
      return geoJson.coordinates;
    case 'Feature':
      return polygonsOf(geoJson.geometry);
    case 'FeatureCollection':
      return geoJson.features.flatMap(polygonsOf);
  }
}

/** GeoJSON winds the outer ring counter-clockwise and holes clockwise (RFC 7946); Esri the other way round. */
function toEsriOrientation(ring: Ring, index: number): Ring {
  const isOuter = index === 0;
  const isClockwise = doubledArea(ring) > 0;
  return isClockwise === isOuter ? ring : ring.toReversed();
}

function isLonLat(ring: Ring): boolean {
  return ring.every(([lon = 0, lat = 0]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90);
}

/**
 * Whether two neighbours are more than half the world apart: the line between them was meant the other way round. From
 * one end of the world to the other it is meant so where the ring runs along both ends: around the world, or over a pole.
 */
function hasLongStep(ring: Ring): boolean {
  const lons = ring.slice(1).map(([lon = 0]) => lon);
  const at = (index: number) => lons.at(index % lons.length);
  return lons.some((lon, index) => {
    const next = at(index + 1) ?? lon;
    const step = Math.abs(next - lon);
    const isAlongBothEnds = step === 360 && at(index - 1) === lon && at(index + 2) === next;
    return step > 180 && !isAlongBothEnds;
  });
}

const CRS_PREFIX = /^(?:urn:(?:x-)?ogc:def:crs:|https?:\/\/(?:www\.)?opengis\.net\/(?:def\/crs\/|gml\/srs\/))/i;
const WGS84_NAME = /^(?:EPSG(?:[:/][\w.]*)?[:/]4326|epsg\.xml#4326|OGC:2:84|(?:OGC(?:[:/][\w.]*)?[:/])?CRS:?84)$/i;

/** `{"type": "name", "properties": {"name": …}}`, and what else programs write in its place. */
function isWgs84(crs: unknown): boolean {
  const { name, code } = Object(Object(crs).properties);
  const text = typeof crs === 'string' ? crs : typeof name === 'string' ? name : `EPSG:${code}`;
  return WGS84_NAME.test(text.trim().replace(CRS_PREFIX, ''));
}

function typeError(types: string): { error: (issue: z.core.$ZodRawIssue) => string | undefined } {
  return {
    error({ code, input }) {
      if (code !== 'invalid_union') return undefined;
      const type: unknown = Object(input).type;
      const other = OTHER_TYPES.find((each) => each === type);
      return `must be ${types}${other === undefined ? '' : `: a ${other} is no area`}`;
    },
  };
}
