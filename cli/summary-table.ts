import * as z from 'zod';
import type { OperationOutcome } from '../local/operation-outcome.ts';
import { onOneLine, type Screen, wrapped } from './screen.ts';
import { paintStatus } from './status.ts';
import { type Column, fits, textTable } from './text-table.ts';

/** One finished operation. */
export interface SummaryRow {
  operation: string;
  startedBy: string;
  target: string;
  outcome: OperationOutcome;
  seconds: number;
  requests: number;
}

const resultSchema = z.object({
  operation: z.string(),
  status: z.string(),
  scope: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  results: z.array(z.object({ status: z.string() })).optional(),
  service: z.string().optional(),
  messages: z.array(z.object({ text: z.string() })).optional(),
  rasters: z.object({ count: z.number() }).optional(),
  tilesTouched: z.number().optional(),
  tilesRenewed: z.number().optional(),
});

const OPERATION: Column = { title: 'Operation' };
const STARTED_BY: Column = { title: 'Started by' };
const STATUS: Column = { title: 'Status' };
const SECONDS: Column = { title: 'Seconds', align: 'right' };
const DONE: Column = { title: 'Done' };
const WIDE = [OPERATION, STARTED_BY, { title: 'Target' }, STATUS, SECONDS, { title: 'Requests' }, DONE];
const NARROW = [OPERATION, STARTED_BY, STATUS, SECONDS, DONE];

/** The end of the tour for people: a table, and below it what failed, in full. */
export function summaryTable(rows: SummaryRow[], screen: Screen): string {
  if (rows.length === 0) return 'Nothing was run.';
  const wide = rows.map((row) => {
    const { startedBy, target, seconds, requests } = row;
    const status = paintStatus(statusOf(row), screen);
    return [operationOf(row), startedBy, target, status, seconds.toFixed(1), String(requests), doneBy(row)];
  });
  const narrow = rows.map((row, index) => {
    const [operation = '', startedBy = '', target = '', status = '', seconds = '', requests = ''] = wide[index] ?? [];
    const where = `${target}, ${requests} request${requests === '1' ? '' : 's'}`;
    return [operation, startedBy, status, seconds, [where, doneBy(row)].filter((part) => part !== '').join(': ')];
  });
  const table = fits(WIDE, wide, screen.width)
    ? textTable(WIDE, wide, screen.width)
    : textTable(NARROW, narrow, screen.width);
  return [table, ...rows.flatMap((row) => failureOf(row, screen))].join('\n');
}

function operationOf({ operation, outcome }: SummaryRow): string {
  return 'result' in outcome ? resultSchema.parse(outcome.result).operation : operation;
}

function statusOf({ outcome }: SummaryRow): string {
  if ('result' in outcome) return resultSchema.parse(outcome.result).status;
  return outcome.error.errorType === 'JobCancelledError' ? 'stopped' : 'failed';
}

function doneBy(row: SummaryRow): string {
  const { outcome } = row;
  if ('error' in outcome) return statusOf(row) === 'stopped' ? '' : outcome.error.errorType;
  const { scope, results, service, messages, rasters, ...tiles } = resultSchema.parse(outcome.result);
  if (results) {
    const counts = Object.entries(Object.groupBy(results, ({ status }) => status));
    return counts.map(([status, list]) => `${list?.length ?? 0} ${status}`).join(', ');
  }
  if (scope !== undefined) return typeof scope === 'string' ? scope : Object.values(scope).join('/');
  if (rasters !== undefined) {
    const { tilesTouched = 0, tilesRenewed = 0 } = tiles;
    return `${service}: ${rasters.count} rasters, ${tilesTouched} tiles touched, ${tilesRenewed} renewed`;
  }
  // The last message of a job only says that it succeeded.
  return [service, onOneLine(messages?.at(-2)?.text ?? '')].filter((part) => part).join(': ');
}

function failureOf({ operation, startedBy, outcome }: SummaryRow, screen: Screen): string[] {
  if ('result' in outcome) return [];
  const { errorType, errorMessage } = outcome.error;
  const heading = `${screen.paint('red', errorType)} of ${operation}, started by ${startedBy}:`;
  return ['', wrapped(heading, screen.width), wrapped(onOneLine(errorMessage), screen.width, '  ')];
}
