import type { Extent, Polygon, TileLevel, TileScheme } from '../../shared/tiles/scheme.ts';

type Point = readonly number[];

const THOUSANDTH = 0.001;
/** A share of a tile. */
const ROUNDING = 1e-13;

/**
 * The tiles of a scale that polygons touch, as `row/column`, one after the other: each polygon's rings are cut by the
 * tile, and what is left of outline and holes is measured. The first ring of a polygon is its outline, the others holes.
 */
export function touchedByForce(
  polygons: readonly Polygon[],
  { origin, rows, cols, extent }: TileScheme,
  { resolution }: TileLevel,
  share = THOUSANDTH,
): Set<string> {
  const [width, height] = [cols * resolution, rows * resolution];
  const toCells = ([x = 0, y = 0]: Point): Point => [(x - origin.x) / width, (origin.y - y) / height];
  const within = extent && around([[[extent.xmin, extent.ymax], [extent.xmax, extent.ymin]].map(toCells)]); // biome-ignore format: a ring reads better in one line
  const touched = new Set<string>();
  for (const polygon of polygons.map((rings) => rings.map((ring) => ring.map(toCells)))) {
    // What is small itself must not fall between the tiles.
    const inset = Math.min(share, smallerSide(around(polygon)) / 4, within ? smallerSide(within) / 4 : 1);
    for (const { row, col } of cellsAround(around(polygon))) {
      const cell = insideOf({ xmin: col, xmax: col + 1, ymin: row, ymax: row + 1 }, within);
      const inner = cell && innerPart(cell, inset);
      if (inner && areaWithin(polygon, inner) > ROUNDING) touched.add(`${row}/${col}`);
    }
  }
  return touched;
}

function smallerSide({ xmin, ymin, xmax, ymax }: Extent): number {
  return Math.min(xmax - xmin, ymax - ymin);
}

function* cellsAround({ xmin, ymin, xmax, ymax }: Extent) {
  for (let row = Math.max(0, Math.floor(ymin) - 1); row <= Math.ceil(ymax); row += 1) {
    for (let col = Math.max(0, Math.floor(xmin) - 1); col <= Math.ceil(xmax); col += 1) yield { row, col };
  }
}

function around(polygon: Polygon): Extent {
  const [xs, ys] = [polygon.flat().map(([x = 0]) => x), polygon.flat().map(([, y = 0]) => y)];
  return { xmin: Math.min(...xs), ymin: Math.min(...ys), xmax: Math.max(...xs), ymax: Math.max(...ys) };
}

function insideOf(one: Extent, other: Extent = one): Extent | undefined {
  const both = {
    xmin: Math.max(one.xmin, other.xmin),
    ymin: Math.max(one.ymin, other.ymin),
    xmax: Math.min(one.xmax, other.xmax),
    ymax: Math.min(one.ymax, other.ymax),
  };
  return both.xmin < both.xmax && both.ymin < both.ymax ? both : undefined;
}

/** Each side moved inwards; undefined where that is all there is. */
function innerPart(part: Extent, inset: number): Extent | undefined {
  if (smallerSide(part) <= inset) return undefined;
  const x = Math.min(inset, (part.xmax - part.xmin) / 4);
  const y = Math.min(inset, (part.ymax - part.ymin) / 4);
  return { xmin: part.xmin + x, xmax: part.xmax - x, ymin: part.ymin + y, ymax: part.ymax - y };
}

function areaWithin([outline = [], ...holes]: Polygon, cell: Extent): number {
  const left = (ring: readonly Point[]) => Math.abs(areaOf(cut(ring, cell)));
  return holes.reduce((area, hole) => area - left(hole), left(outline));
}

/** Sutherland and Hodgman: what is left of a ring within a rectangle; its parts may hang together by lines without area. */
function cut(ring: readonly Point[], { xmin, ymin, xmax, ymax }: Extent): readonly Point[] {
  const left = cutAt(ring, 0, xmin, 1);
  const right = cutAt(left, 0, xmax, -1);
  return cutAt(cutAt(right, 1, ymin, 1), 1, ymax, -1);
}

function cutAt(ring: readonly Point[], axis: 0 | 1, limit: number, side: 1 | -1): readonly Point[] {
  const depth = (point: Point) => ((point[axis] ?? 0) - limit) * side;
  return ring.flatMap((point, index) => {
    const before = ring.at(index - 1) ?? point;
    const [from, to] = [depth(before), depth(point)];
    const between = from / (from - to);
    const crossing = [0, 1].map((each) => (before[each] ?? 0) + ((point[each] ?? 0) - (before[each] ?? 0)) * between);
    const crosses = from >= 0 !== to >= 0;
    return [...(crosses ? [crossing] : []), ...(to >= 0 ? [point] : [])];
  });
}

/** From the first point on, so that far coordinates do not swallow it. */
function areaOf(ring: readonly Point[]): number {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  return ring.reduce((sum, [x = 0, y = 0], index) => {
    const [nextX = 0, nextY = 0] = ring[(index + 1) % ring.length] ?? [];
    return sum + ((x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)) / 2;
  }, 0);
}
