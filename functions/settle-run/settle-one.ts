import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import { claimOf, type Entry, RUN_STATUSES } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { type Answer, afterAnswer, answerSchema } from './after-answer.ts';
import type { EndedRun } from './ended-run.ts';
import { firstStep } from './first-step.ts';
import type { Plan, Step } from './step.ts';

/**
 * What is still to be done for one run with one job. Writes into the ledger what became of it, and lets go of the service
 * only when no job of the run can be at work on it.
 */
export async function settleOne(
  end: EndedRun,
  entry: Entry,
  { plan, answer, step: known }: { plan?: Plan | undefined; answer?: unknown; step?: Step | undefined },
  ledger: LedgerTable,
): Promise<Plan & { Error?: string; Cause?: string }> {
  const { run } = end;
  const now = Date.now();
  const told: Answer | undefined = answer === undefined ? undefined : answerSchema.parse(answer);
  const ofJob = () =>
    plan?.ask === undefined || told === undefined ? firstStep(end, entry, now) : afterAnswer(plan, told, entry, now);
  const step = known ?? ofJob();
  const time = new Date(now).toISOString();
  const settled = step.service === 'free' ? { settledAt: time } : {};
  if (step.goodEnd !== undefined) {
    await ledger.write(run, step.goodEnd);
    log('warn', 'a run that had succeeded without a word in the ledger', { ...run });
  } else if (step.end !== undefined) {
    const kept = { finishedAt: time, expiresAt: expiresAt(now, environment('KEEP_DAYS').KEEP_DAYS) };
    await ledger.step(run, step.end.name, { set: { ...kept, ...settled, ...step.end.set } });
    log('info', 'what became of a run that was stopped', { ...run, ...step.end });
  } else {
    // A run that is being cleaned up after is not taken for one that nobody knows of.
    await ledger.note(run, RUN_STATUSES, { set: { seenAt: time, ...settled, ...step.note } });
  }
  // A run that ended before it said what it asks for holds nothing.
  if (entry.target === undefined || step.service === undefined) return step.plan;
  const change = step.service === 'free' ? { releasedAt: time } : { leaseUntil: step.service.keepUntil };
  // Of a unit of a plan the whole plan holds the service, so that nothing is changed.
  await ledger.changeClaim(claimOf(entry), run, change);
  return step.plan;
}
