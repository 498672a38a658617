import { type Column, textTable } from '../../cli/text-table.ts';
import type { CellReport } from './run-cell.ts';

const COLUMNS: Column[] = [
  { title: 'call' },
  { title: 'state' },
  { title: 'for' },
  { title: 'errors', align: 'right' },
  { title: 'how the runs end' },
  { title: 'unexpected', align: 'right' },
];

/** One row for each call, once and for two hours: how many errors it met, and how the runs ended. */
export function tableOf(reports: readonly CellReport[]): string {
  const rows = Map.groupBy(reports, ({ fault, scenario }) =>
    JSON.stringify([fault?.site.service, `${fault?.site.place} (${scenario})`, fault?.duration]),
  );
  return textTable(
    COLUMNS,
    [...rows].map(([key, cells]) => {
      const ends = Map.groupBy(cells, (cell) => cell.ends.join(', ') || 'no run');
      const words = [...ends].map(([end, same]) => `${same.length} ${end}`).join('; ');
      const unexpected = cells.filter(({ problems }) => problems.length > 0).length;
      return [...JSON.parse(key).map(String), String(cells.length), words, String(unexpected)];
    }),
  );
}
