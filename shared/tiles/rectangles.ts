import type { Extent, Grid } from './scheme.ts';
import type { TouchedRows } from './touched-rows.ts';

/** Cells, all four inclusive. */
export interface CellRectangle {
  firstCol: number;
  lastCol: number;
  firstRow: number;
  lastRow: number;
}

/** The same cells as rectangles that do not overlap: equal runs of rows that follow each other are one. */
export function rectanglesOf(rows: Iterable<TouchedRows>): CellRectangle[] {
  const done: CellRectangle[] = [];
  let open = new Map<string, CellRectangle>();
  for (const { row, rows: count, spans } of rows) {
    const still = new Map<string, CellRectangle>();
    for (let index = 0; index + 1 < spans.length; index += 2) {
      const [firstCol = 0, lastCol = 0] = spans.slice(index, index + 2);
      const key = `${firstCol} ${lastCol}`;
      const above = open.get(key);
      const goesOn = above !== undefined && above.lastRow === row - 1;
      const rectangle = goesOn ? above : { firstCol, lastCol, firstRow: row, lastRow: row };
      rectangle.lastRow = row + count - 1;
      if (!goesOn) done.push(rectangle);
      still.set(key, rectangle);
    }
    open = still;
  }
  return done;
}

/** What lies between two columns. */
export function* clippedRows(rows: Iterable<TouchedRows>, firstCol: number, lastCol: number): Generator<TouchedRows> {
  for (const { spans, ...band } of rows) {
    const clipped: number[] = [];
    for (let index = 0; index + 1 < spans.length; index += 2) {
      const first = Math.max(spans[index] ?? 0, firstCol);
      const last = Math.min(spans[index + 1] ?? 0, lastCol);
      if (first <= last) clipped.push(first, last);
    }
    if (clipped.length > 0) yield { ...band, spans: clipped };
  }
}

/** In map units, each side moved inwards by a share of a cell. */
export function extentOf({ firstCol, lastCol, firstRow, lastRow }: CellRectangle, grid: Grid, inset = 0): Extent {
  const { x, y, width, height } = grid;
  return {
    xmin: rounded(x + (firstCol + inset) * width),
    ymin: rounded(y - (lastRow + 1 - inset) * height),
    xmax: rounded(x + (lastCol + 1 - inset) * width),
    ymax: rounded(y - (firstRow + inset) * height),
  };
}

/** To a millimetre where map units are degrees, and much less where they are metres: more digits only make it long. */
function rounded(value: number): number {
  return Number(value.toFixed(8));
}

/** The rectangle around rectangles. */
export function around(rectangles: readonly CellRectangle[]): CellRectangle {
  const bounds = { firstCol: Infinity, lastCol: -Infinity, firstRow: Infinity, lastRow: -Infinity };
  for (const { firstCol, lastCol, firstRow, lastRow } of rectangles) {
    bounds.firstCol = Math.min(bounds.firstCol, firstCol);
    bounds.lastCol = Math.max(bounds.lastCol, lastCol);
    bounds.firstRow = Math.min(bounds.firstRow, firstRow);
    bounds.lastRow = Math.max(bounds.lastRow, lastRow);
  }
  return bounds;
}
