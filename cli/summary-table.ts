import * as z from 'zod';
import type { OperationOutcome } from '../local/operation-outcome.ts';
import { textTable } from './text-table.ts';

const DONE_LIMIT_CHARACTERS = 72;

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
});

/** The end of the tour as a table for people. */
export function summaryTable(rows: SummaryRow[]): string {
  return textTable(
    ['Operation', 'Started by', 'Target', 'Status', 'Seconds', 'Requests', 'Done'],
    rows.map(({ operation, startedBy, target, outcome, seconds, requests }) => [
      'result' in outcome ? resultSchema.parse(outcome.result).operation : operation,
      startedBy,
      target,
      'result' in outcome ? resultSchema.parse(outcome.result).status : outcome.error.errorType,
      seconds.toFixed(1),
      String(requests),
      cut('result' in outcome ? done(outcome.result) : outcome.error.errorMessage),
    ]),
  );
}

function done(result: unknown): string {
  const { scope, results, service, messages } = resultSchema.parse(result);
  if (results) {
    const counts = Object.entries(Object.groupBy(results, ({ status }) => status));
    return counts.map(([status, list]) => `${list?.length ?? 0} ${status}`).join(', ');
  }
  if (scope !== undefined) return typeof scope === 'string' ? scope : Object.values(scope).join('/');
  // The last message of a job only says that it succeeded.
  return [service, messages?.at(-2)?.text].filter((part) => part !== undefined).join(': ');
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > DONE_LIMIT_CHARACTERS ? `${line.slice(0, DONE_LIMIT_CHARACTERS - 1)}…` : line;
}
