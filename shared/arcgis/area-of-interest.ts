import * as z from 'zod/mini';
import { problemsOf } from '../schema-messages.ts';
import { esriFeatureSetSchema, esriPolygonSchema, isEsriGeometry } from './esri-area.ts';
import { geoJsonSchema } from './geojson-area.ts';
import type { Ring } from './rings.ts';
import type { SpatialReference } from './spatial-reference.ts';
import type { Extent } from './update-extent.ts';

/** Esri's polygon FeatureSet, as the caching tools take it; without a spatial reference it is in the service's own. */
export interface PolygonFeatureSet {
  geometryType: 'esriGeometryPolygon';
  spatialReference?: SpatialReference | undefined;
  features: { geometry: { rings: Ring[] } }[];
}

/** `areaOfInterest`: polygons as Esri or as GeoJSON writes them, taken whole or not at all. */
export const areaOfInterestSchema = z.pipe(
  z.unknown(),
  z.transform((value, { issues }): PolygonFeatureSet => {
    const parsed = schemaFor(value).safeParse(value);
    if (parsed.success) return featureSet(parsed.data.polygons, parsed.data.spatialReference);
    for (const { message, path } of problemsOf(parsed.error.issues)) {
      issues.push({ code: 'custom', message, path, input: value });
    }
    return z.NEVER;
  }),
);

function schemaFor(value: unknown) {
  if (typeof value !== 'object' || value === null) return esriFeatureSetSchema;
  if ('type' in value) return geoJsonSchema;
  return isEsriGeometry(value) ? esriPolygonSchema : esriFeatureSetSchema;
}

/** An extent as a rectangular area: the extent parameter's own text format is not reliably documented. */
export function rectangle(extent: Extent, spatialReference: SpatialReference | undefined): PolygonFeatureSet {
  return rectangles([extent], spatialReference);
}

/** Several of them as one area. */
export function rectangles(
  extents: readonly Extent[],
  spatialReference: SpatialReference | undefined,
): PolygonFeatureSet {
  const polygons = extents.map(({ xmin, ymin, xmax, ymax }) => [
    [
      [xmin, ymin],
      [xmin, ymax],
      [xmax, ymax],
      [xmax, ymin],
      [xmin, ymin],
    ],
  ]);
  return featureSet(polygons, spatialReference);
}

function featureSet(polygons: Ring[][], spatialReference: SpatialReference | undefined): PolygonFeatureSet {
  const features = polygons.map((rings) => ({ geometry: { rings } }));
  return { geometryType: 'esriGeometryPolygon', spatialReference, features };
}
