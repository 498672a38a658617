import type { Extent, Grid, Polygon } from './scheme.ts';

/** One line of a polygon's border in units of cells, from its upper end down. */
export interface Edge {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** Which polygon it belongs to. */
  polygon: number;
}

/** Polygons in units of a grid's cells, ready to be read row by row. */
export interface Outline {
  /** Sorted by their upper ends. */
  edges: readonly Edge[];
  /** For each polygon, how far it must reach into a cell to touch it. */
  insets: readonly number[];
  /** Where cells may be, in cells from the corner. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Less than a thousandth of a cell beyond its edge touches nothing: coordinates are rounded on their way. */
const INSET = 0.001;
/** What is small itself must not fall between the cells. */
const SHARE_OF_SIZE = 1 / 4;

/** The polygons as they lie on the grid. */
export function outlineOf(polygons: readonly Polygon[], grid: Grid, inset = INSET): Outline {
  const { x, y, width, height, extent } = grid;
  const edges = polygons.flatMap((rings, polygon) =>
    rings.flatMap((ring) => edgesOf(ring, polygon, ([px = 0, py = 0]) => [(px - x) / width, (y - py) / height])),
  );
  const insets = polygons.map((rings) => Math.min(inset, smallestSide(rings, grid) * SHARE_OF_SIZE));
  return {
    edges: edges.sort((one, other) => one.y0 - other.y0),
    insets,
    left: extent === undefined ? 0 : Math.max(0, (extent.xmin - x) / width),
    right: extent === undefined ? Number.POSITIVE_INFINITY : (extent.xmax - x) / width,
    top: extent === undefined ? 0 : Math.max(0, (y - extent.ymax) / height),
    bottom: extent === undefined ? Number.POSITIVE_INFINITY : (y - extent.ymin) / height,
  };
}

function edgesOf(
  ring: Polygon[number],
  polygon: number,
  toCells: (point: readonly number[]) => [number, number],
): Edge[] {
  const points = ring.map(toCells);
  return points.map((point, index) => {
    const [x0, y0] = point;
    const [x1, y1] = points[index + 1] ?? points[0] ?? point;
    return y0 <= y1 ? { x0, y0, x1, y1, polygon } : { x0: x1, y0: y1, x1: x0, y1: y0, polygon };
  });
}

/** In cells, of the polygon or of the extent around all, whichever is smaller. */
function smallestSide(rings: Polygon, { width, height, extent }: Grid): number {
  const bounds = boundsOf([rings]);
  const sideX = Math.min(bounds.xmax - bounds.xmin, extent === undefined ? Infinity : extent.xmax - extent.xmin);
  const sideY = Math.min(bounds.ymax - bounds.ymin, extent === undefined ? Infinity : extent.ymax - extent.ymin);
  return Math.min(sideX / width, sideY / height);
}

/** The rectangle around polygons. */
export function boundsOf(polygons: readonly Polygon[]): Extent {
  const bounds = { xmin: Infinity, ymin: Infinity, xmax: -Infinity, ymax: -Infinity };
  for (const [x = 0, y = 0] of polygons.flat(2)) {
    bounds.xmin = Math.min(bounds.xmin, x);
    bounds.ymin = Math.min(bounds.ymin, y);
    bounds.xmax = Math.max(bounds.xmax, x);
    bounds.ymax = Math.max(bounds.ymax, y);
  }
  return bounds;
}
