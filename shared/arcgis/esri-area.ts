import * as z from 'zod/mini';
import { must } from '../schema-messages.ts';
import { isWhole, type Polygons, ringSchema, ringsOf } from './rings.ts';
import { type SpatialReference, sameSpatialReference, spatialReferenceSchema } from './spatial-reference.ts';

/** The keys of Esri's other geometries, and what these are. */
const OTHER_GEOMETRIES = {
  paths: 'a line is no area',
  curvePaths: 'a line is no area',
  points: 'points are no area',
  x: 'a point is no area',
  xmin: 'an envelope has none: give it as updateExtent',
};

const geometrySchema = z.pipe(
  z.unknown().check(z.superRefine(refuseOtherGeometries)),
  z.looseObject({ rings: ringsOf(ringSchema), spatialReference: z.optional(spatialReferenceSchema) }),
);

function refuseOtherGeometries(geometry: unknown, context: z.core.$RefinementCtx): void {
  const keys: Record<string, unknown> = Object(geometry);
  if (keys['curveRings'] !== undefined) {
    const message =
      'are curves, which the caching tools do not take: densify the area, or ask its layer with returnTrueCurves=false';
    context.addIssue({ code: 'custom', path: ['curveRings'], message });
    return;
  }
  const other = Object.entries(OTHER_GEOMETRIES).find(([key]) => key in keys);
  if (other === undefined || 'rings' in keys) return;
  context.addIssue({ code: 'custom', path: ['rings'], message: `is missing: ${other[1]}` });
}

/** A polygon as Esri writes it: `{"rings": [...]}`. */
export const esriPolygonSchema = z.pipe(
  geometrySchema,
  z.transform(({ rings, spatialReference }): Polygons => ({ spatialReference, polygons: [rings] })),
);

/** Whether a value is one of Esri's geometries and no FeatureSet. */
export function isEsriGeometry(value: object): boolean {
  return (
    !('features' in value) && ['rings', 'curveRings', ...Object.keys(OTHER_GEOMETRIES)].some((key) => key in value)
  );
}

const featureSetSchema = z
  .looseObject({
    geometryType: z.optional(
      z.literal('esriGeometryPolygon', must('be esriGeometryPolygon: lines and points are no areas')),
    ),
    spatialReference: z.optional(spatialReferenceSchema),
    features: z
      .array(z.looseObject({ geometry: geometrySchema }))
      .check(z.minLength(1, 'must have at least one feature: an empty area never means everything')),
  })
  .check(
    isWhole,
    z.refine(hasOneSpatialReference, 'must have one spatial reference: its own and those of its geometries differ'),
  );

/** Esri's polygon FeatureSet, with whatever a query or an export puts beside its features. */
export const esriFeatureSetSchema = z.pipe(
  featureSetSchema,
  z.transform(
    (featureSet): Polygons => ({
      spatialReference: spatialReferencesOf(featureSet)[0],
      polygons: featureSet.features.map(({ geometry }) => geometry.rings),
    }),
  ),
);

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
