import { leaseUntil } from '../../shared/jobs/poll-policy.ts';
import { attribute, toItem } from '../../shared/ledger/attributes.ts';
import type { EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { type AttributeName, transition } from '../../shared/ledger/transitions.ts';
import { countOf } from '../../shared/tiles/ranges.ts';
import { basisOf, endOfWork, secondsOf } from './estimate.ts';
import { type Plan, paceOfPlan } from './plan.ts';

/** The figures of a plan as its entry and its result have them. */
export function figuresNow(plan: Pick<Plan, 'made' | 'progress' | 'lanes'>): object {
  const { made, progress, lanes } = plan;
  const { tiles, units, scales } = made.figures;
  const pace = paceOfPlan(plan);
  const expected = pace && Math.round(secondsOf(pace, { tiles, jobs: units }) / lanes);
  const own = progress.measured.length;
  const basis = own > 0 ? `the last ${own === 1 ? 'unit' : `${own} units`} of this plan` : basisOf(made.measured);
  return {
    tiles,
    units,
    done: countOf(progress.done),
    failed: countOf(progress.failed),
    scales,
    ...(expected === undefined ? {} : { expectedSeconds: expected, basis }),
  };
}

/** Of its tiles, with one decimal, and never 100 before the last unit is done. */
export function percentOf({ made, progress }: Pick<Plan, 'made' | 'progress'>): number {
  return Math.floor((1000 * progress.tilesDone) / made.figures.tiles) / 10;
}

/** When the rest is done, by how long units take and with the windows; undefined where nobody can say. */
function expectedEnd(plan: Plan, now: number): string | undefined {
  const { made, progress, lanes, window } = plan;
  const pace = paceOfPlan(plan);
  if (pace === undefined) return undefined;
  const jobs = made.figures.units - countOf(progress.done) - countOf(progress.failed);
  const rest = { tiles: Math.max(0, made.figures.tiles - progress.tilesDone), jobs };
  const end = endOfWork(window, now, secondsOf(pace, rest) / lanes);
  return end === undefined ? undefined : new Date(end).toISOString();
}

type Values = Partial<Record<AttributeName, string | number | undefined>>;

/**
 * Tells the entry of a plan's run how far it is. Two lanes may tell at the same time: what is older than the entry is not
 * written.
 */
export async function tell(
  ledger: LedgerTable,
  run: EntryKey,
  plan: Plan,
  { as, ...more }: { as: 'goesOn' | 'pauses' } & Values,
): Promise<void> {
  const now = Date.now();
  const set = toItem({
    plan: JSON.stringify(figuresNow(plan)),
    percent: percentOf(plan),
    expectedEnd: expectedEnd(plan, now),
    planVersion: plan.version,
    watchingCost: Number(plan.progress.cost.toFixed(8)),
    seenAt: new Date(now).toISOString(),
    ...more,
  });
  const remove: AttributeName[] = as === 'goesOn' ? ['pausedAt', 'pausedUntil', 'pausedFor'] : [];
  const change = transition(as, { set, remove: ['waitingFor', 'attachedTo', ...remove] }, attribute);
  const isNewer = '(attribute_not_exists(#planVersion) OR #planVersion <= :planVersion)';
  await ledger.write(run, { ...change, ConditionExpression: `${change.ConditionExpression} AND ${isNewer}` });
}

/** The service stays this run's for the time of a wait, and of what follows on it. */
export async function keepService(ledger: LedgerTable, run: EntryKey, claim: string, waitSeconds = 0): Promise<void> {
  await ledger.changeClaim(claim, run, { leaseUntil: leaseUntil(Date.now() + waitSeconds * 1000, 0) });
}
