import { type BlockRow, blockRows } from './blocks.ts';
import type { Outline } from './outline.ts';

/** A file of a compact cache holds 128 x 128 tiles, counted from the scheme's origin (Esri's specification of it). */
const BUNDLE_TILES = 128;
/** A form of so many rectangles is far below what servers take. */
const MAX_PIECES = 500;
/** No scheme has a map so large; bounds the loop. */
const MAX_DOUBLINGS = 30;

/** The blocks of one scale: how large they are, and where the blocks of each row of blocks begin in the count. */
export interface ScaleBlocks {
  /** Tiles a side. */
  size: number;
  units: number;
  tiles: number;
  /** Rows of blocks that hold touched tiles, each with the number of its first unit. */
  rows: { blockRow: number; firstUnit: number }[];
}

/** The largest blocks, of 1, 2 x 2, 4 x 4 … bundles, none of which holds more touched tiles than one job may have. */
export function scaleBlocks(outline: Outline, maxTiles: number): ScaleBlocks {
  // A full block of this size holds no more.
  let size = BUNDLE_TILES * 2 ** Math.max(0, Math.floor(Math.log2(Math.sqrt(maxTiles) / BUNDLE_TILES)));
  let blocks = blocksOf(outline, size);
  for (let doublings = 0; blocks.units > 1 && doublings < MAX_DOUBLINGS; doublings += 1) {
    const larger = blocksOf(outline, size * 2, maxTiles);
    if (larger === undefined) break;
    blocks = larger;
    size *= 2;
  }
  return blocks;
}

function blocksOf(outline: Outline, size: number): ScaleBlocks;
function blocksOf(outline: Outline, size: number, maxTiles: number): ScaleBlocks | undefined;
function blocksOf(outline: Outline, size: number, maxTiles?: number): ScaleBlocks | undefined {
  const blocks: ScaleBlocks = { size, units: 0, tiles: 0, rows: [] };
  for (const row of blockRows(outline, size)) {
    if (maxTiles !== undefined && isTooMuch(row, maxTiles)) return undefined;
    blocks.rows.push({ blockRow: row.blockRow, firstUnit: blocks.units });
    for (const { first, last, tiles } of row.runs) {
      blocks.units += last - first + 1;
      blocks.tiles += (last - first + 1) * tiles;
    }
  }
  return blocks;
}

function isTooMuch({ runs }: BlockRow, maxTiles: number): boolean {
  return runs.some(({ tiles, pieces }) => tiles > maxTiles || pieces > MAX_PIECES);
}

/** Where block number `n` of a scale is, and how many tiles it holds. */
export function blockAt(outline: Outline, { size, rows }: ScaleBlocks, n: number) {
  const { blockRow, firstUnit } = rows[lastAtMost(rows, n)] ?? { blockRow: 0, firstUnit: 0 };
  let before = firstUnit;
  for (const { runs } of blockRows(outline, size, blockRow, blockRow)) {
    for (const { first, last, tiles } of runs) {
      const blockCol = first + n - before;
      if (blockCol <= last) return { blockRow, blockCol, tiles };
      before += last - first + 1;
    }
  }
  throw new RangeError(`There is no unit ${n}.`);
}

function lastAtMost(rows: readonly { firstUnit: number }[], n: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.firstUnit ?? 0) <= n) low = middle;
    else high = middle - 1;
  }
  return low;
}
