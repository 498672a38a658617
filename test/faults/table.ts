import type { CellReport } from './cells.ts';
import { faults } from './faults.ts';

const COLUMN = 17;
const FIRST_COLUMN = 14;

/** The rows of one operation, once and for ever: faults down, calls across. */
export function tableOf(reports: CellReport[]): string {
  const [first] = reports;
  const calls = new Map(reports.map(({ call, kind }) => [call, kind]));
  const header = ['fault', ...calls.values()];
  const parts = [`\n${first?.operation}`];
  for (const duration of ['once', 'for ever'] as const) {
    parts.push('', line([`${duration}:`, ...header.slice(1)]));
    for (const { name } of faults) {
      const row = reports.filter((report) => report.fault === name && report.duration === duration);
      const cells = [...calls.keys()].map((call) => textOf(row.find((report) => report.call === call)));
      parts.push(line([name, ...cells]));
    }
  }
  return parts.join('\n');
}

/** `ok`, or the error without the words that they all share; how often the call was made, if more than once. */
function textOf(report: CellReport | undefined): string {
  if (report === undefined) return '';
  const { outcome, attempts = 1, adopted, problems } = report;
  const name = adopted ? 'adopted' : outcome.replace(/^Vendor/, '').replace(/Error$/, '');
  return `${problems.length === 0 ? '' : '!! '}${name}${attempts > 1 ? ` ${attempts}x` : ''}`;
}

function line(cells: string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(index === 0 ? FIRST_COLUMN : COLUMN))
    .join(' ')
    .trimEnd();
}

/** What the faults are, by name. */
export function legend(): string {
  return faults.map(({ name, what }) => `  ${name.padEnd(FIRST_COLUMN)} ${what}`).join('\n');
}
