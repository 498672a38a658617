import { toWebMercator } from '../tiles/web-mercator.ts';
import type { Plane } from './outline.ts';
import { type Point, projectionOf } from './projection.ts';

/** Of a tile's side: with 1/8 some touched tiles were missed, with this none of 183,081. */
const TOLERANCE = 1 / 256;
const WEB_MERCATOR = 'EPSG:3857';
const WGS84 = 'EPSG:4326';
const WEB_MERCATOR_PERIOD = 2 * Math.PI * 6_378_137;

/**
 * The plane in which a cache's tiles are, and how wide the world is in it, where the map goes all around.
 *
 * @param crs a code (`EPSG:25832`) or a definition as text; Web Mercator and WGS 84 by their codes
 * @param tileSide of the finest scale, in map units
 * @throws RasterError when the reference is not known
 */
export async function cachePlane(crs: string, tileSide: number): Promise<{ plane: Plane; period?: number }> {
  const tolerance = tileSide * TOLERANCE;
  if (crs === WEB_MERCATOR) {
    return { plane: { project: (point) => pointOf(toWebMercator(point)), tolerance }, period: WEB_MERCATOR_PERIOD };
  }
  if (crs === WGS84) return { plane: { project: (point) => point, tolerance }, period: 360 };
  const { fromLonLat } = await projectionOf(crs);
  return { plane: { project: fromLonLat, tolerance } };
}

function pointOf([x = 0, y = 0]: readonly number[]): Point {
  return [x, y];
}
