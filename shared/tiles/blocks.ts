import type { Outline } from './outline.ts';
import { type TouchedRows, touchedRows } from './touched-rows.ts';

/** Neighbouring blocks of a row that have the same numbers. */
interface BlockRun {
  first: number;
  last: number;
  /** Touched tiles in each. */
  tiles: number;
  /** About how many rectangles its tiles make at most. */
  pieces: number;
}

/** Those blocks of one row of blocks that hold touched tiles, from left to right. */
export interface BlockRow {
  blockRow: number;
  runs: BlockRun[];
}

/** The blocks of `size` x `size` tiles, counted from the scheme's origin, that hold touched tiles. */
export function* blockRows(
  outline: Outline,
  size: number,
  first = 0,
  last = Number.POSITIVE_INFINITY,
): Generator<BlockRow> {
  let current: { blockRow: number; steps: Steps } | undefined;
  for (const { row, rows, spans } of touchedRows(outline, first * size, (last + 1) * size - 1)) {
    for (let from = row; from < row + rows; ) {
      const blockRow = Math.floor(from / size);
      const until = Math.min(row + rows, (blockRow + 1) * size);
      if (current !== undefined && current.blockRow !== blockRow) {
        yield { blockRow: current.blockRow, runs: runsOf(current.steps) };
        current = undefined;
      }
      current ??= { blockRow, steps: new Map() };
      addRows(current.steps, { row: from, rows: until - from, spans }, size);
      from = until;
    }
  }
  if (current !== undefined) yield { blockRow: current.blockRow, runs: runsOf(current.steps) };
}

/** By how much the numbers change from one block to the next: one entry for a run of any length. */
type Steps = Map<number, { tiles: number; pieces: number }>;

function addRows(steps: Steps, { rows, spans }: TouchedRows, size: number): void {
  for (let index = 0; index + 1 < spans.length; index += 2) {
    const [firstCol = 0, lastCol = 0] = [spans[index], spans[index + 1]];
    const first = Math.floor(firstCol / size);
    const last = Math.floor(lastCol / size);
    if (first === last) {
      addRun(steps, first, last, rows * (lastCol - firstCol + 1), 1);
      continue;
    }
    addRun(steps, first, first, rows * ((first + 1) * size - firstCol), 1);
    if (last > first + 1) addRun(steps, first + 1, last - 1, rows * size, 0);
    addRun(steps, last, last, rows * (lastCol - last * size + 1), 1);
  }
}

function addRun(steps: Steps, first: number, last: number, tiles: number, pieces: number): void {
  addStep(steps, first, tiles, pieces);
  addStep(steps, last + 1, -tiles, -pieces);
}

function addStep(steps: Steps, at: number, tiles: number, pieces: number): void {
  const step = steps.get(at) ?? { tiles: 0, pieces: 0 };
  step.tiles += tiles;
  step.pieces += pieces;
  steps.set(at, step);
}

function runsOf(steps: Steps): BlockRun[] {
  const runs: BlockRun[] = [];
  let [tiles, pieces] = [0, 0];
  const sorted = [...steps].sort(([one], [other]) => one - other);
  for (const [index, [at, step]] of sorted.entries()) {
    tiles += step.tiles;
    pieces += step.pieces;
    const [next = at + 1] = sorted[index + 1] ?? [];
    if (tiles > 0) runs.push({ first: at, last: next - 1, tiles, pieces });
  }
  return runs;
}
