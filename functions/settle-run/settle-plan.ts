import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import { claimOf, type Entry, type EntryKey } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { readPlan, restOf, type StoredPlan, writeProgress } from '../../shared/ledger/plans.ts';
import type { EndedRun } from './ended-run.ts';
import { settleOne } from './settle-one.ts';
import { DONE, type Plan, planSchema } from './step.ts';

const MAX_TRIES = 12;

const openUnitSchema = z.looseObject({ name: z.string(), plan: planSchema });

/** What the machine has of an earlier look: the units whose jobs may run, and the one that the server was asked about. */
const toldSchema = z.looseObject({
  queue: z.optional(z.array(openUnitSchema)),
  asked: z.optional(openUnitSchema),
  uncertain: z.optional(z.looseObject({ Error: z.string(), Cause: z.string() })),
});

type OpenUnit = z.output<typeof openUnitSchema>;
type Told = z.output<typeof toldSchema>;

/** The plan of a run, from which no unit is begun any more; undefined where the run is none. */
export async function brokenOffPlan(ledger: LedgerTable, run: EntryKey): Promise<StoredPlan | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await readPlan(ledger, run);
    if (stored === undefined || stored.progress.ending !== undefined) return stored;
    const ending = { Error: 'JobCancelledError', Cause: 'The execution of the plan has ended.' };
    await writeProgress(ledger, run, { ...stored.progress, ending }, stored.version);
  }
  throw new Error(`The plan of ${run.name} was changed by others again and again.`);
}

/**
 * Says what is still to be done for a plan whose execution has ended: asks about its units in turn, so that one whose job
 * cannot be cancelled yet keeps no other running. The service is freed when none of their jobs can be at work.
 */
export async function settlePlan(
  event: unknown,
  { end, entry, stored, answer }: { end: EndedRun; entry: Entry; stored: StoredPlan; answer: unknown },
  ledger: LedgerTable,
): Promise<Plan & object> {
  const told = toldSchema.parse(event);
  const { operation } = end.run;
  const look = async (name: string, before?: Plan) => {
    const unit = await ledger.entry({ operation, name });
    if (unit === undefined) return DONE;
    const ended: EndedRun = { run: { operation, name }, ended: 'ABORTED' };
    return await settleOne(ended, unit, before === undefined ? {} : { plan: before, answer }, ledger);
  };
  const names = told.queue === undefined ? stored.progress.running.map(({ name }) => name) : [];
  const open: OpenUnit[] = [...(told.queue ?? [])];
  let { uncertain }: Told = told;
  const keep = (name: string, plan: Plan & { Error?: string; Cause?: string }) => {
    if (plan.next === 'ask') open.push({ name, plan });
    if (plan.next === 'alarm') uncertain = { Error: plan.Error ?? '', Cause: plan.Cause ?? '' };
  };
  for (const name of names) keep(name, await look(name));
  if (names.length > 0) open.sort((one, other) => (one.plan.waitSeconds ?? 0) - (other.plan.waitSeconds ?? 0));
  if (told.asked !== undefined) keep(told.asked.name, await look(told.asked.name, told.asked.plan));
  const [asked, ...queue] = open;
  if (asked === undefined) return await planIsOver(end, entry, { stored, uncertain }, ledger);
  const { next, waitSeconds, ask } = asked.plan;
  return { next, waitSeconds, ask, asked, queue, ...(uncertain === undefined ? {} : { uncertain }) };
}

const OPEN_STATUSES = ['waiting', 'paused', 'submitting', 'running'];

async function planIsOver(
  { run }: EndedRun,
  entry: Entry,
  { stored, uncertain }: { stored: StoredPlan; uncertain: Told['uncertain'] },
  ledger: LedgerTable,
): Promise<Plan & object> {
  const now = Date.now();
  const finishedAt = new Date(now).toISOString();
  const kept = { finishedAt, expiresAt: expiresAt(now, environment('KEEP_DAYS').KEEP_DAYS) };
  const isOpen = OPEN_STATUSES.includes(entry.status ?? '');
  if (uncertain !== undefined) {
    const { Error: error, Cause: cause } = uncertain;
    await ledger.step(run, 'isUncertain', { set: { ...kept, error, cause } });
    return { next: 'alarm', ...uncertain };
  }
  const cause = `The execution was stopped, and the server says that none of its jobs runs on. Run the rest with ${JSON.stringify(restOf(run, stored.made))}.`;
  if (isOpen) await ledger.step(run, 'isCancelled', { set: { ...kept, error: 'JobCancelledError', cause } });
  await ledger.changeClaim(claimOf(entry), run, { releasedAt: finishedAt });
  return DONE;
}
