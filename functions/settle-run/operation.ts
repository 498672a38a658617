import * as z from 'zod/mini';
import { stopExecution } from '../../shared/lambda/stop-execution.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { endedRun } from './ended-run.ts';
import { enterRun } from './enter-run.ts';
import { settleOne } from './settle-one.ts';
import { brokenOffPlan, settlePlan } from './settle-plan.ts';
import { DONE, planSchema } from './step.ts';
import { type Stop, stopChildren } from './stop-children.ts';

/** What the server said since the last look. */
const stateSchema = z.looseObject({ answer: z.optional(z.looseObject({ state: z.unknown() })) });

/**
 * Says what is still to be done for a run whose execution has ended: nothing, asking the server to cancel its job, or
 * looking for that job first. Writes into the ledger what became of the run.
 */
export async function settleRun(event: unknown, ledger: LedgerTable, stop: Stop = stopExecution) {
  const { result, ...end } = endedRun(event);
  const entry = (await ledger.entry(end.run)) ?? (await enterRun(event, end.run, ledger));
  if (entry === undefined) return { ...end, ...DONE };
  const answer = stateSchema.parse(event).answer?.state;
  const stored = await brokenOffPlan(ledger, end.run);
  if (stored !== undefined) return { ...end, ...(await settlePlan(event, { end, entry, stored, answer }, ledger)) };
  const step = await stopChildren(entry, ledger, stop);
  const plan = planSchema.safeParse(event).data;
  return { ...end, ...(await settleOne({ ...end, result }, entry, { plan, answer, step }, ledger)) };
}
