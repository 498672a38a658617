import type { Outline } from './outline.ts';
import { columnsIn, countTouched, touchedRows } from './touched-rows.ts';

/** Some of the cells that polygons touch, spread evenly from the first to the last, and the same ones whenever asked. */
export function sampleCells(outline: Outline, most: number): { row: number; col: number }[] {
  const total = countTouched(outline);
  const count = Math.min(most, total);
  const places = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * total) / count));
  const found: { row: number; col: number }[] = [];
  let before = 0;
  for (const { row, rows, spans } of touchedRows(outline)) {
    if (found.length === count) break;
    const columns = columnsIn(spans);
    const end = before + rows * columns;
    for (let place = places[found.length]; place !== undefined && place < end; place = places[found.length]) {
      const index = place - before;
      found.push({ row: row + Math.floor(index / columns), col: columnAt(spans, index % columns) });
    }
    before = end;
  }
  return found;
}

/** The column at this place among those of a row's spans. */
function columnAt(spans: readonly number[], place: number): number {
  let left = place;
  for (let index = 0; index + 1 < spans.length; index += 2) {
    const [first = 0, last = 0] = [spans[index], spans[index + 1]];
    if (left <= last - first) return first + left;
    left -= last - first + 1;
  }
  throw new RangeError(`The row has no column at place ${place}`);
}
