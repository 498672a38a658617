import type { Edge, Outline } from './outline.ts';

/** Some rows of cells, one below the other, in which the same columns are touched. */
export interface TouchedRows {
  row: number;
  /** How many rows, from `row` down. */
  rows: number;
  /** First and last column of each run, from left to right: `[first, last, first, last, …]`. */
  spans: readonly number[];
}

/**
 * The cells that polygons touch, from the top down, exactly: in each row those columns through which a border runs, and
 * those between the borders that the middle of the row crosses. Rows through which only upright borders run are one
 * step, so that a rectangle costs the same whatever its size.
 */
export function* touchedRows(outline: Outline, first = 0, last = Number.POSITIVE_INFINITY): Generator<TouchedRows> {
  const { edges } = outline;
  const end = Math.min(last, Math.ceil(outline.bottom) - 1);
  let active: Edge[] = [];
  let next = 0;
  let row = Math.max(first, Math.floor(outline.top));
  while (row <= end) {
    active = active.filter(({ y1 }) => y1 > row);
    for (let edge = edges[next]; edge !== undefined && edge.y0 < row + 1; edge = edges[next]) {
      if (edge.y1 > row) active.push(edge);
      next += 1;
    }
    const { y0: nextTop = Number.POSITIVE_INFINITY } = edges[next] ?? {};
    if (active.length === 0) {
      if (nextTop === Number.POSITIVE_INFINITY) return;
      row = Math.floor(nextTop);
      continue;
    }
    const rows = equalRows(
      active,
      row,
      Math.min(end + 1, Math.floor(nextTop), Math.floor(outline.bottom)),
      outline.top,
    );
    const spans = spansOf(active, row, outline);
    if (spans.length > 0) yield { row, rows, spans };
    row += rows;
  }
}

/** How many rows from this one on are cut by the same upright edges, and by nothing else. */
function equalRows(active: readonly Edge[], row: number, before: number, top: number): number {
  let until = before;
  if (top > row) return 1;
  for (const { x0, x1, y0, y1 } of active) {
    if (x0 !== x1 || y0 > row) return 1;
    until = Math.min(until, Math.floor(y1));
  }
  return Math.max(1, until - row);
}

function spansOf(active: readonly Edge[], row: number, outline: Outline): number[] {
  const ranges: Range[] = [];
  const crossings: { polygon: number; x: number }[] = [];
  for (const edge of active) {
    const inset = outline.insets[edge.polygon] ?? 0;
    const strip = innerPart(row, outline.top, outline.bottom, inset);
    if (strip === undefined) continue;
    const [top, bottom] = strip;
    addBorder(ranges, edge, [top, bottom], inset, outline);
    const middle = (top + bottom) / 2;
    if (edge.y0 <= middle && middle < edge.y1) crossings.push({ polygon: edge.polygon, x: xAt(edge, middle) });
  }
  crossings.sort((one, other) => one.polygon - other.polygon || one.x - other.x);
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    const [from, to] = [crossings[index], crossings[index + 1]];
    if (from !== undefined && to !== undefined)
      addRange(ranges, from.x, to.x, outline.insets[from.polygon] ?? 0, outline);
  }
  return merged(ranges);
}

/** First and last column. */
type Range = [first: number, last: number];

function addBorder(
  ranges: Range[],
  edge: Edge,
  [top, bottom]: [number, number],
  inset: number,
  outline: Outline,
): void {
  const { x0, y0, x1, y1 } = edge;
  if (y0 === y1) {
    if (y0 > top && y0 < bottom) addRange(ranges, Math.min(x0, x1), Math.max(x0, x1), inset, outline);
    return;
  }
  const from = Math.max(y0, top);
  const to = Math.min(y1, bottom);
  if (from >= to) return;
  const [x, otherX] = [xAt(edge, from), xAt(edge, to)];
  addRange(ranges, Math.min(x, otherX), Math.max(x, otherX), inset, outline);
}

function xAt({ x0, y0, x1, y1 }: Edge, y: number): number {
  if (y === y1) return x1;
  return x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
}

function addRange(ranges: Range[], from: number, to: number, inset: number, outline: Outline): void {
  const first = Math.floor(Math.max(from, outline.left));
  const last = Math.ceil(Math.min(to, outline.right)) - 1;
  const touches = (col: number) => {
    const [left, right] = innerPart(col, outline.left, outline.right, inset) ?? [to, from];
    return from < right && left < to;
  };
  // A point has no inner cells between its first and its last.
  const range: Range = [touches(first) ? first : first + 1, touches(last) ? last : last - 1];
  if (range[0] <= range[1]) ranges.push(range);
}

/** What must be reached of a row or column to touch it, within what counts; undefined where next to nothing of it does. */
function innerPart(cell: number, least: number, most: number, inset: number): [number, number] | undefined {
  const from = Math.max(cell, least);
  const to = Math.min(cell + 1, most);
  const margin = Math.min(inset, (to - from) / 4);
  return to - from > inset ? [from + margin, to - margin] : undefined;
}

function merged(ranges: Range[]): number[] {
  ranges.sort((one, other) => one[0] - other[0]);
  const spans: number[] = [];
  for (const [first, last] of ranges) {
    const before = spans.at(-1);
    if (before === undefined || first > before + 1) spans.push(first, last);
    else if (last > before) spans[spans.length - 1] = last;
  }
  return spans;
}

/** How many cells the polygons touch. */
export function countTouched(outline: Outline): number {
  let cells = 0;
  for (const { rows, spans } of touchedRows(outline)) cells += rows * columnsIn(spans);
  return cells;
}

/** How many columns are in a row's spans. */
export function columnsIn(spans: readonly number[]): number {
  let columns = 0;
  for (let index = 0; index + 1 < spans.length; index += 2)
    columns += (spans[index + 1] ?? 0) - (spans[index] ?? 0) + 1;
  return columns;
}
