import * as z from 'zod/mini';
import { targetOf } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { keepPaused } from './paused.ts';

/** What `run-job` tells of a run whose work is to be tried again in minutes. */
export const againSchema = z.looseObject({
  run: z.looseObject({ operation: z.string(), name: z.string(), ticket: z.string() }),
  claim: z.string(),
  again: z.looseObject({ attempts: z.number(), waitSeconds: z.number() }),
  /** Set after the first look, which only waits. */
  look: z.optional(z.unknown()),
});

/** Waits as long as the operation has said, and for the end of a pause that has begun since. */
export async function tryAgain(
  { run, claim, again, look }: z.output<typeof againSchema>,
  ledger: LedgerTable,
): Promise<object> {
  const { attempts, waitSeconds } = again;
  if (look === undefined) return { next: 'wait', waitSeconds };
  const pause = await ledger.pauseOf(targetOf(claim), Date.now());
  if (pause === undefined) return { next: 'end', status: 'go', attempts };
  return await keepPaused(ledger, { run, claim, pause, holds: true });
}
