/** A rectangle in map units. */
export interface Extent {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** The rings of one polygon, outlines and holes in any order and direction, as [x, y]; what lies in an odd number of them is inside. */
export type Polygon = readonly (readonly (readonly number[])[])[];

/** One scale of a tiling scheme, with the numbers that the service itself writes. */
export interface TileLevel {
  level: number;
  /** The denominator. */
  scale: number;
  /** Map units a pixel. */
  resolution: number;
}

/** How a service's map is cut into tiles. Rows count down from the origin, columns to the right. */
export interface TileScheme {
  origin: { x: number; y: number };
  /** Pixels of one tile, from top to bottom. */
  rows: number;
  /** Pixels of one tile, from left to right. */
  cols: number;
  levels: readonly TileLevel[];
  /** Where the service has data; left out where it does not tell. */
  extent?: Extent | undefined;
}

/** Equal cells from a corner at the top left; cells left of it or above it do not count. */
export interface Grid {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Nothing outside it counts. */
  extent?: Extent | undefined;
}

/** The cells of one scale: tiles, or squares of so many tiles a side. */
export function gridOf({ origin, rows, cols, extent }: TileScheme, { resolution }: TileLevel, tiles = 1): Grid {
  return { ...origin, width: cols * resolution * tiles, height: rows * resolution * tiles, extent };
}

/** An extent as a polygon. */
export function polygonOf({ xmin, ymin, xmax, ymax }: Extent): Polygon {
  // biome-ignore format: a ring reads better in one line
  return [[[xmin, ymin], [xmin, ymax], [xmax, ymax], [xmax, ymin], [xmin, ymin]]];
}
