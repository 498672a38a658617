import type { ServiceDescription } from '../../shared/arcgis/map-service.ts';
import type { PolygonFeatureSet } from '../../shared/arcgis/polygons.ts';
import {
  isWebMercator,
  isWgs84,
  type SpatialReference,
  sameSpatialReference,
} from '../../shared/arcgis/spatial-reference.ts';
import { fromWebMercator, toWebMercator } from '../../shared/tiles/web-mercator.ts';

interface Extent {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

const WGS84: SpatialReference = { wkid: 4326 };

/**
 * What map clients draw again: the rectangle around the area, or else all of the service; in the reference of the service,
 * and in longitudes and latitudes. Where a reference is neither these nor Web Mercator, only as it was given.
 */
export function extentsOf(
  area: PolygonFeatureSet | undefined,
  reference: SpatialReference | undefined,
  full: ServiceDescription['fullExtent'],
) {
  const from = area === undefined ? (full?.spatialReference ?? reference) : area.spatialReference;
  const given =
    area === undefined
      ? wholeOf(full ?? undefined)
      : around(area.features.flatMap(({ geometry }) => geometry.rings.flat()));
  if (given === undefined) return {};
  const to = reference ?? from;
  const extent = from && to ? converted(given, from, to) : given;
  const extent4326 = from && converted(given, from, WGS84);
  return {
    ...(extent && { extent: { ...extent, ...(to && { spatialReference: to }) } }),
    ...(extent4326 && { extent4326 }),
  };
}

function wholeOf({ xmin, ymin, xmax, ymax }: Partial<Record<keyof Extent, number | null | undefined>> = {}) {
  return around([
    [xmin ?? Number.NaN, ymin ?? Number.NaN],
    [xmax ?? Number.NaN, ymax ?? Number.NaN],
  ]);
}

function converted(extent: Extent, from: SpatialReference, to: SpatialReference): Extent | undefined {
  const { xmin, ymin, xmax, ymax } = extent;
  const corners = [
    [xmin, ymin],
    [xmax, ymax],
  ];
  if (sameSpatialReference(from, to)) return extent;
  if (isWebMercator(from) && isWgs84(to)) return around(corners.map(fromWebMercator));
  return isWgs84(from) && isWebMercator(to) ? around(corners.map(toWebMercator)) : undefined;
}

/** The rectangle around points; undefined where one is not known. Not by Math.min(…), which takes no more than some thousands. */
function around(points: readonly (readonly (number | null)[])[]): Extent | undefined {
  let [xmin, ymin, xmax, ymax] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const [x, y] of points) {
    if (typeof x !== 'number' || typeof y !== 'number' || Number.isNaN(x + y)) return undefined;
    [xmin, ymin, xmax, ymax] = [Math.min(xmin, x), Math.min(ymin, y), Math.max(xmax, x), Math.max(ymax, y)];
  }
  return points.length === 0 ? undefined : { xmin, ymin, xmax, ymax };
}
