import * as z from 'zod/mini';
import { problemsOf } from '../schema-messages.ts';
import { esriFeatureSetSchema, esriPolygonSchema, isEsriGeometry } from './esri-area.ts';
import { geoJsonSchema } from './geojson-area.ts';
import { featureSet, type PolygonFeatureSet } from './polygons.ts';

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
