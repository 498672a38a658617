import type { Ring } from './rings.ts';
import type { SpatialReference } from './spatial-reference.ts';
import type { Extent } from './update-extent.ts';

/** Esri's polygon FeatureSet, as the caching tools take it; without a spatial reference it is in the service's own. */
export interface PolygonFeatureSet {
  geometryType: 'esriGeometryPolygon';
  spatialReference?: SpatialReference | undefined;
  features: { geometry: { rings: Ring[] } }[];
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

/** Polygons as the caching tools take them. */
export function featureSet(polygons: Ring[][], spatialReference: SpatialReference | undefined): PolygonFeatureSet {
  const features = polygons.map((rings) => ({ geometry: { rings } }));
  return { geometryType: 'esriGeometryPolygon', spatialReference, features };
}
