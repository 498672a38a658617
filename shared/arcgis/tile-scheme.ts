import { InvalidInputError } from '../errors.ts';
import type { Extent, Polygon, TileScheme } from '../tiles/scheme.ts';
import { fromWebMercator, toWebMercator } from '../tiles/web-mercator.ts';
import type { ServiceDescription } from './map-service.ts';
import type { PolygonFeatureSet } from './polygons.ts';
import { isWebMercator, isWgs84, type SpatialReference, sameSpatialReference } from './spatial-reference.ts';

/**
 * How the service's map is cut into tiles, by the numbers that it writes itself; undefined where it leaves some of them
 * out. Its extent is left out where it is in a reference that nobody here can convert.
 */
export function tileSchemeOf({ tileInfo, fullExtent, ...service }: ServiceDescription): TileScheme | undefined {
  const { rows, cols, origin, lods } = tileInfo ?? {};
  const levels = (lods ?? []).flatMap(({ level, scale, resolution }, index) =>
    isPositive(resolution) ? [{ level: level ?? index, scale, resolution }] : [],
  );
  const isWhole = levels.length > 0 && levels.length === lods?.length;
  if (!isWhole || !isPositive(rows) || !isPositive(cols) || !origin) return undefined;
  const reference = tileInfo?.spatialReference ?? service.spatialReference ?? fullExtent?.spatialReference ?? undefined;
  return {
    origin,
    rows,
    cols,
    levels: levels.sort((one, other) => other.scale - one.scale),
    extent: extentIn(reference, fullExtent ?? undefined),
  };
}

function isPositive(value: number | null | undefined): value is number {
  return typeof value === 'number' && value > 0;
}

function extentIn(reference: SpatialReference | undefined, full: ServiceDescription['fullExtent']): Extent | undefined {
  const { xmin, ymin, xmax, ymax, spatialReference } = full ?? {};
  if (![xmin, ymin, xmax, ymax].every((value) => typeof value === 'number')) return undefined;
  const convert = conversion(spatialReference ?? reference, reference);
  const [left = 0, bottom = 0] = convert?.([Number(xmin), Number(ymin)]) ?? [];
  const [right = 0, top = 0] = convert?.([Number(xmax), Number(ymax)]) ?? [];
  return left < right && bottom < top ? { xmin: left, ymin: bottom, xmax: right, ymax: top } : undefined;
}

/**
 * An area in the map units of the service. What is given in WGS 84 or Web Mercator is converted point by point, as maps
 * draw it.
 *
 * @throws InvalidInputError when it is in another reference than the service
 */
export function areaInScheme(area: PolygonFeatureSet, reference: SpatialReference | undefined): Polygon[] {
  const given = area.spatialReference ?? reference;
  const convert = conversion(given, reference);
  if (convert === undefined) {
    throw new InvalidInputError(
      `areaOfInterest.spatialReference: ${JSON.stringify(given)} cannot be converted to the service's, ${JSON.stringify(reference) ?? 'which it does not tell'}; nothing was done. Give the area in the service's reference, in WGS 84 or in Web Mercator.`,
    );
  }
  return area.features.map(({ geometry }) => geometry.rings.map((ring) => ring.map(convert)));
}

type Conversion = (point: readonly number[]) => readonly number[];

function conversion(from: SpatialReference | undefined, to: SpatialReference | undefined): Conversion | undefined {
  if (from === undefined || (to !== undefined && sameSpatialReference(from, to))) return (point) => point;
  if (to === undefined) return undefined;
  if (isWgs84(from) && isWebMercator(to)) return toWebMercator;
  return isWebMercator(from) && isWgs84(to) ? fromWebMercator : undefined;
}
