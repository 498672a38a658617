import { isWebMercator, isWgs84, type SpatialReference } from '../arcgis/spatial-reference.ts';
import { toWebMercator } from '../tiles/web-mercator.ts';
import type { Plane } from './outline.ts';
import { type Point, projectionOf } from './projection.ts';

/** Of a tile's side: with 1/8 some touched tiles were missed, with this none of 183,081. */
const TOLERANCE = 1 / 256;
const WEB_MERCATOR_PERIOD = 2 * Math.PI * 6_378_137;

/**
 * The plane in which a cache's tiles are, and how wide the world is in it, where the map goes all around.
 *
 * @param tileSide of the finest scale, in map units
 * @throws RasterError when the reference has no code that is known
 */
export async function cachePlane(
  reference: SpatialReference,
  tileSide: number,
): Promise<{ plane: Plane; period?: number }> {
  const tolerance = tileSide * TOLERANCE;
  if (isWebMercator(reference)) {
    return { plane: { project: (point) => pointOf(toWebMercator(point)), tolerance }, period: WEB_MERCATOR_PERIOD };
  }
  if (isWgs84(reference)) return { plane: { project: (point) => point, tolerance }, period: 360 };
  const { latestWkid = reference.wkid, wkt = '' } = reference;
  const { fromLonLat } = await projectionOf(latestWkid === undefined ? wkt : `EPSG:${latestWkid}`);
  return { plane: { project: fromLonLat, tolerance } };
}

function pointOf([x = 0, y = 0]: readonly number[]): Point {
  return [x, y];
}
