import * as z from 'zod';
import type { LedgerEntry } from '../local/ledger.ts';
import { textTable } from './text-table.ts';

const HEADING = ['Started', 'Operation', 'Service', 'Started by', 'Status', 'Polls', 'Seconds', 'AWS cost', 'Job id'];

const shownSchema = z.object({
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  operation: z.string(),
  service: z.string().default(''),
  startedBy: z.string().default(''),
  status: z.string().default(''),
  polls: z.number().optional(),
  watchingCost: z.number().optional(),
  jobId: z.string().default(''),
  attachedTo: z.string().optional(),
});

/** Runs as a table for people. */
export function runsTable(runs: LedgerEntry[]): string {
  if (runs.length === 0) return 'No job has been run here yet.';
  return textTable(HEADING, runs.map(rowOf));
}

function rowOf(run: LedgerEntry): string[] {
  const { startedAt, finishedAt, operation, service, startedBy, status, polls, watchingCost, jobId, attachedTo } =
    shownSchema.parse(run);
  return [
    startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'),
    operation,
    service,
    startedBy,
    status,
    String(polls ?? ''),
    finishedAt === undefined ? '' : ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1),
    watchingCost === undefined ? '' : `$${watchingCost.toFixed(4)}`,
    jobId || (attachedTo === undefined ? '' : `that of ${attachedTo}`),
  ];
}
