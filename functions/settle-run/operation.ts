import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import { stopExecution } from '../../shared/lambda/stop-execution.ts';
import { claimOf, RUN_STATUSES } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { afterAnswer, answerSchema } from './after-answer.ts';
import { endedRun } from './ended-run.ts';
import { firstStep } from './first-step.ts';
import { DONE, planSchema } from './step.ts';
import { type Stop, stopChildren } from './stop-children.ts';

/** What the machine has of an earlier look, and what the server said since. */
const stateSchema = z.looseObject({ answer: z.optional(z.looseObject({ state: answerSchema })) });

/**
 * Says what is still to be done for a run whose execution has ended: nothing, asking the server to cancel its job, or
 * looking for that job first. Writes into the ledger what became of the run, and lets go of the service only when no job
 * of the run can be at work on it.
 */
export async function settleRun(event: unknown, ledger: LedgerTable, stop: Stop = stopExecution) {
  const { result, ...end } = endedRun(event);
  const { run } = end;
  const entry = await ledger.entry(run);
  if (entry === undefined) return { ...end, ...DONE };
  const plan = planSchema.safeParse(event).data;
  const answer = stateSchema.parse(event).answer?.state;
  const now = Date.now();
  const ofList = await stopChildren(entry, ledger, stop);
  const ofJob = () =>
    plan?.ask === undefined || answer === undefined
      ? firstStep({ ...end, result }, entry, now)
      : afterAnswer(plan, answer, entry, now);
  const step = ofList ?? ofJob();
  const time = new Date(now).toISOString();
  if (step.goodEnd !== undefined) {
    await ledger.write(run, step.goodEnd);
    log('warn', 'a run that had succeeded without a word in the ledger', { ...run });
  } else if (step.end !== undefined) {
    const kept = { finishedAt: time, expiresAt: expiresAt(now, environment('KEEP_DAYS').KEEP_DAYS) };
    await ledger.step(run, step.end.name, { set: { ...kept, ...step.end.set } });
    log('info', 'what became of a run that was stopped', { ...run, ...step.end });
  } else {
    // A run that is being cleaned up after is not taken for one that nobody knows of.
    await ledger.note(run, RUN_STATUSES, { set: { seenAt: time, ...step.note } });
  }
  // A run that ended before it said what it asks for holds nothing.
  if (entry.target === undefined || step.service === undefined) return { ...end, ...step.plan };
  const change = step.service === 'free' ? { releasedAt: time } : { leaseUntil: step.service.keepUntil };
  await ledger.changeClaim(claimOf(entry), run, change);
  return { ...end, ...step.plan };
}
