import * as z from 'zod/mini';
import '../schema-messages.ts';
import { type SpatialReference, sameSpatialReference, spatialReferenceSchema } from './spatial-reference.ts';
import type { Extent } from './update-extent.ts';

type Position = number[];
type Ring = Position[];

/** Esri's polygon FeatureSet, as the caching tools take it; without a spatial reference it is in the service's own. */
export interface PolygonFeatureSet {
  geometryType: 'esriGeometryPolygon';
  spatialReference?: SpatialReference | undefined;
  features: { geometry: { rings: Ring[] } }[];
}

const WGS84_WKID = 4326;

const ringSchema = z.array(z.array(z.number()).check(z.minLength(2), z.maxLength(4))).check(
  z.minLength(4, 'must have at least four points, the last equal to the first'),
  z.refine(isClosed, 'must be closed: its last point equal to its first'),
  z.refine((ring) => doubledArea(ring) !== 0, 'must enclose an area'),
);

const ringsSchema = z.array(ringSchema).check(z.minLength(1, 'must have at least one ring'));

const featureSchema = z.looseObject({
  geometry: z.looseObject({ rings: ringsSchema, spatialReference: z.optional(spatialReferenceSchema) }),
});

const featureSetSchema = z
  .looseObject({
    geometryType: z.optional(z.literal('esriGeometryPolygon', 'must be esriGeometryPolygon')),
    spatialReference: z.optional(spatialReferenceSchema),
    features: z
      .array(featureSchema)
      .check(z.minLength(1, 'must have at least one feature: an empty area never means everything')),
  })
  .check(
    z.refine(hasOneSpatialReference, 'must have one spatial reference: its own and those of its geometries differ'),
  );

const lonLatRingsSchema = ringsSchema.check(
  z.refine(
    (rings) => rings.flat().every(([lon = 0, lat = 0]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90),
    'must be longitudes and latitudes in WGS 84, as GeoJSON has them; for other coordinates give an Esri FeatureSet',
  ),
);

const geoJsonSchema = z.discriminatedUnion(
  'type',
  [
    z.looseObject({ type: z.literal('Polygon'), coordinates: lonLatRingsSchema }),
    z.looseObject({
      type: z.literal('MultiPolygon'),
      coordinates: z.array(lonLatRingsSchema).check(z.minLength(1, 'must have at least one polygon')),
    }),
  ],
  { error: 'must be Polygon or MultiPolygon: give the geometry alone, without Feature or FeatureCollection around it' },
);

/** `areaOfInterest`: an Esri polygon FeatureSet, or a GeoJSON Polygon or MultiPolygon in WGS 84. */
export const areaOfInterestSchema = z.pipe(
  z.unknown(),
  z.transform((value, { issues }): PolygonFeatureSet => {
    const isGeoJson = typeof value === 'object' && value !== null && 'type' in value;
    const parsed = isGeoJson ? parseGeoJson(value) : parseFeatureSet(value);
    if (!Array.isArray(parsed)) return parsed;
    for (const { message, path } of parsed) issues.push({ code: 'custom', message, path, input: value });
    return z.NEVER;
  }),
);

function parseFeatureSet(value: unknown): PolygonFeatureSet | z.core.$ZodIssue[] {
  const parsed = featureSetSchema.safeParse(value);
  if (!parsed.success) return parsed.error.issues;
  const { features } = parsed.data;
  return {
    geometryType: 'esriGeometryPolygon',
    spatialReference: spatialReferencesOf(parsed.data)[0],
    features: features.map(({ geometry }) => ({ geometry: { rings: geometry.rings.map(flat) } })),
  };
}

interface References {
  spatialReference?: SpatialReference | undefined;
  features: { geometry: { spatialReference?: SpatialReference | undefined } }[];
}

function spatialReferencesOf({ spatialReference, features }: References): SpatialReference[] {
  const all = [spatialReference, ...features.map(({ geometry }) => geometry.spatialReference)];
  return all.filter((reference) => reference !== undefined);
}

function hasOneSpatialReference(featureSet: References): boolean {
  const [first, ...others] = spatialReferencesOf(featureSet);
  return first === undefined || others.every((other) => sameSpatialReference(first, other));
}

function parseGeoJson(value: unknown): PolygonFeatureSet | z.core.$ZodIssue[] {
  const parsed = geoJsonSchema.safeParse(value);
  if (!parsed.success) return parsed.error.issues;
  const polygons = parsed.data.type === 'Polygon' ? [parsed.data.coordinates] : parsed.data.coordinates;
  return {
    geometryType: 'esriGeometryPolygon',
    spatialReference: { wkid: WGS84_WKID },
    features: polygons.map((rings) => ({ geometry: { rings: rings.map(toEsriOrientation) } })),
  };
}

/** An extent as a rectangular area: the extent parameter's own text format is not reliably documented. */
export function rectangle(
  { xmin, ymin, xmax, ymax }: Extent,
  spatialReference: SpatialReference | undefined,
): PolygonFeatureSet {
  const ring = [
    [xmin, ymin],
    [xmin, ymax],
    [xmax, ymax],
    [xmax, ymin],
    [xmin, ymin],
  ];
  return { geometryType: 'esriGeometryPolygon', spatialReference, features: [{ geometry: { rings: [ring] } }] };
}

/** GeoJSON has altitudes and winds the outer ring counter-clockwise and holes clockwise (RFC 7946); Esri the other way round. */
function toEsriOrientation(ring: Ring, index: number): Ring {
  const isOuter = index === 0;
  const isClockwise = doubledArea(ring) > 0;
  return isClockwise === isOuter ? flat(ring) : flat(ring).toReversed();
}

/** Without altitudes, which the caching tools have no use for. */
function flat(ring: Ring): Ring {
  return ring.map((position) => position.slice(0, 2));
}

/** Twice the area of a ring, positive where it is wound clockwise. */
function doubledArea(ring: Ring): number {
  let sum = 0;
  for (const [index, [x2 = 0, y2 = 0]] of ring.entries()) {
    const [x1 = 0, y1 = 0] = ring[index - 1] ?? [x2, y2];
    sum += (x2 - x1) * (y2 + y1);
  }
  return sum;
}

function isClosed(ring: Ring): boolean {
  const first = ring.at(0);
  const last = ring.at(-1);
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}
