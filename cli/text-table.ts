import { stripVTControlCharacters } from 'node:util';
import { terminalColumns } from 'terminal-columns';
import { withoutLineEnds } from './screen.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = 2;
/** The last column is wrapped beside the others into at least this; where there is less it stands below them. */
const LEAST_LAST_WIDTH = 30;

/**
 * Rows under a heading. Where the lines are long enough each row has one; else the last column is wrapped between its
 * words, beside the others or, indented, below them.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly string[][],
  width = Number.POSITIVE_INFINITY,
): string {
  const widths = widthsOf(columns, rows);
  const natural = sum(widths);
  const left = width - sum(widths.slice(0, -1)) - GAP;
  const isBelow = !fits(columns, rows, width);
  const others = columns.slice(0, -1).map(({ align = 'left' }, index) => ({
    width: 'content-width',
    align,
    paddingRight: isBelow && index === columns.length - 2 ? 0 : GAP,
  }));
  const last = isBelow ? { width: '100%', paddingLeft: GAP } : { width: natural > width ? 'auto' : 'content-width' };
  const rule = widths.map((characters) => '-'.repeat(characters));
  rule.splice(-1, 1, isBelow ? '' : '-'.repeat(Math.min(widths.at(-1) ?? 0, left)));
  const text = terminalColumns([columns.map(({ title }) => title), rule, ...rows.map((row) => [...row])], {
    columns: [...others, last],
    stdoutColumns: Math.min(natural, width),
  });
  const lines = withoutLineEnds(text).split('\n');
  // A last column that is empty would be an empty line.
  return lines.filter((line) => !isBelow || line !== '').join('\n');
}

/** Whether there is room for the last column beside the others. */
export function fits(columns: readonly Column[], rows: readonly string[][], width: number): boolean {
  const widths = widthsOf(columns, rows);
  return sum(widths) <= width || width - sum(widths.slice(0, -1)) - GAP >= LEAST_LAST_WIDTH;
}

function widthsOf(columns: readonly Column[], rows: readonly string[][]): number[] {
  return columns.map(({ title }, index) => {
    const cells = [title, ...rows.map((row) => row[index] ?? '')];
    return Math.max(...cells.map((cell) => stripVTControlCharacters(cell).length));
  });
}

function sum(widths: readonly number[]): number {
  return widths.reduce((all, width) => all + width, 0) + GAP * (widths.length - 1);
}
