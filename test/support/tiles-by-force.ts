import type { Extent, Polygon, TileLevel, TileScheme } from '../../shared/tiles/scheme.ts';

/** A tile of one scale, as text that can be compared. */
type TileKey = string;

type Point = readonly number[];

const THOUSANDTH = 0.001;

/**
 * The tiles of a scale that polygons touch, one after the other: each polygon's rings are cut by the tile, and what is
 * left of outline and holes is measured. The first ring of a polygon is its outline, the others its holes.
 */
export function touchedByForce(
  polygons: readonly Polygon[],
  scheme: TileScheme,
  level: TileLevel,
  share = THOUSANDTH,
): Set<TileKey> {
  const touched = new Set<TileKey>();
  for (const polygon of polygons) {
    const inset = Math.min(share, smallerSide(polygon, scheme, level) / 4);
    for (const { row, col } of tilesAround(polygon, scheme, level)) {
      const tile = innerPart(insideOf(tileExtent(scheme, level, row, col), scheme.extent), scheme, level, inset);
      if (tile !== undefined && areaWithin(polygon, tile) > 0) touched.add(`${row}/${col}`);
    }
  }
  return touched;
}

function tileExtent({ origin, rows, cols }: TileScheme, { resolution }: TileLevel, row: number, col: number): Extent {
  const [width, height] = [cols * resolution, rows * resolution];
  return {
    xmin: origin.x + col * width,
    xmax: origin.x + (col + 1) * width,
    ymin: origin.y - (row + 1) * height,
    ymax: origin.y - row * height,
  };
}

/** In tiles, of the polygon or of the scheme's extent: what is small must not fall between the tiles. */
function smallerSide(polygon: Polygon, { rows, cols, extent }: TileScheme, { resolution }: TileLevel): number {
  const sides = [around(polygon), extent].flatMap((each) =>
    each === undefined
      ? []
      : [(each.xmax - each.xmin) / (cols * resolution), (each.ymax - each.ymin) / (rows * resolution)],
  );
  return Math.min(...sides);
}

function* tilesAround(polygon: Polygon, { origin, rows, cols }: TileScheme, { resolution }: TileLevel) {
  const { xmin, ymin, xmax, ymax } = around(polygon);
  const [width, height] = [cols * resolution, rows * resolution];
  const lastRow = Math.ceil((origin.y - ymin) / height);
  const lastCol = Math.ceil((xmax - origin.x) / width);
  for (let row = Math.max(0, Math.floor((origin.y - ymax) / height) - 1); row <= lastRow; row += 1) {
    for (let col = Math.max(0, Math.floor((xmin - origin.x) / width) - 1); col <= lastCol; col += 1) yield { row, col };
  }
}

function around(polygon: Polygon): Extent {
  const [xs, ys] = [polygon.flat().map(([x = 0]) => x), polygon.flat().map(([, y = 0]) => y)];
  return { xmin: Math.min(...xs), ymin: Math.min(...ys), xmax: Math.max(...xs), ymax: Math.max(...ys) };
}

function insideOf(one: Extent, other: Extent | undefined): Extent | undefined {
  if (other === undefined) return one;
  const both = {
    xmin: Math.max(one.xmin, other.xmin),
    ymin: Math.max(one.ymin, other.ymin),
    xmax: Math.min(one.xmax, other.xmax),
    ymax: Math.min(one.ymax, other.ymax),
  };
  return both.xmin < both.xmax && both.ymin < both.ymax ? both : undefined;
}

/** Each side moved inwards by a share of a tile; undefined where that share is all there is. */
function innerPart(part: Extent | undefined, { rows, cols }: TileScheme, { resolution }: TileLevel, share: number) {
  if (part === undefined) return undefined;
  const [width, height] = [part.xmax - part.xmin, part.ymax - part.ymin];
  const [least, leastHigh] = [share * cols * resolution, share * rows * resolution];
  if (width <= least || height <= leastHigh) return undefined;
  const [x, y] = [Math.min(least, width / 4), Math.min(leastHigh, height / 4)];
  return { xmin: part.xmin + x, xmax: part.xmax - x, ymin: part.ymin + y, ymax: part.ymax - y };
}

/** As a share of the rectangle; rounding counts as nothing. */
function areaWithin([outline = [], ...holes]: Polygon, rectangle: Extent): number {
  const { xmin, ymin, xmax, ymax } = rectangle;
  const whole = (xmax - xmin) * (ymax - ymin);
  const left = (ring: readonly Point[]) => Math.abs(areaOf(cut(ring, rectangle))) / whole;
  const share = holes.reduce((area, hole) => area - left(hole), left(outline));
  return share < 1e-9 ? 0 : share;
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
