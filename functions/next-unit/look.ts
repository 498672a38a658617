import { ERRORS, InvalidInputError, isErrorName } from '../../shared/errors.ts';
import { pausedWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { pending } from './ends.ts';
import { secondsOf } from './estimate.ts';
import type { LookEvent } from './events.ts';
import { finish, plainFailure } from './finish.ts';
import { newPlan } from './new-plan.ts';
import { openingFor, waitUntil } from './opening.ts';
import { isOver, loadPlan, type Plan, paceOfPlan, unitsOf } from './plan.ts';
import { keepService, tell } from './told.ts';

/** Before a plan ends well, the tiles that were looked at before it are looked at again. */
const PROVE = 'prove';

/** Seconds before the plan is made again, after an error that passes. */
const WAITS = [60, 120, 300, 600];

/**
 * Says how a plan goes on when none of its lanes is at work: with its units, after a wait, or not at all: then with how it
 * ended. Makes it first, where there is none yet.
 */
export async function lookAtPlan(event: LookEvent, ledger: LedgerTable) {
  const { run, made, told } = event;
  let plan = await loadPlan(ledger, run);
  if (plan === undefined) {
    const { Error: error, Cause: cause = '' } = made;
    if (error !== undefined) return await notMade(event, { Error: error, Cause: cause }, ledger);
    const refused = await refusal(newPlan(event, ledger));
    if (refused !== undefined) return await plainFailure(run, refused, ledger);
    plan = await loadPlan(ledger, run);
    if (plan === undefined) throw new Error(`The plan of ${run.name} was not kept.`);
  }
  const { attempts } = told;
  const isAtWork = plan.progress.running.length > 0;
  if (!isAtWork && (isOver(plan) || pending(plan.progress, plan.made.figures.units) === undefined)) {
    const { samples, input } = plan.made;
    const isToBeProven = samples !== undefined && told.next !== PROVE && !isOver(plan);
    if (isToBeProven) return { next: PROVE, attempts, prove: { target: input.target, samples } };
    return await finish(event, plan, ledger);
  }
  const wait = isAtWork ? undefined : await mustWait(event, plan, ledger);
  if (wait !== undefined) return { next: 'wait', attempts, waitSeconds: wait };
  await keepService(ledger, run, event.claim);
  return { next: 'lanes', attempts, lanes: lanesOf(plan) };
}

/** Also those whose unit a smaller number of lanes would leave alone. */
function lanesOf({ lanes, progress }: Plan): number[] {
  const count = Math.max(lanes, ...progress.running.map(({ lane }) => lane + 1));
  return Array.from({ length: count }, (_, lane) => lane);
}

async function refusal(making: Promise<void>): Promise<{ Error: string; Cause: string } | undefined> {
  try {
    await making;
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { Error: error.name, Cause: error.message };
  }
}

async function notMade({ run, told }: LookEvent, error: { Error: string; Cause: string }, ledger: LedgerTable) {
  const { attempts, next } = told;
  const isPassing = !isErrorName(error.Error) || ERRORS[error.Error].repeatingHelps;
  const waitSeconds = WAITS[attempts];
  if (!isPassing || waitSeconds === undefined) return await plainFailure(run, error, ledger);
  return next === 'wait' ? { next: 'make', attempts: attempts + 1 } : { next: 'wait', attempts, waitSeconds };
}

/** Seconds until a pause of the target ends, or the window opens; the entry says so meanwhile. */
async function mustWait({ run, claim }: LookEvent, plan: Plan, ledger: LedgerTable): Promise<number | undefined> {
  const now = Date.now();
  const pause = await ledger.pauseOf(plan.made.input.target, now);
  if (pause !== undefined) {
    const since = await pausedSince(run, ledger, now);
    const look = pausedWaitSeconds((now - since) / 1000);
    const waitSeconds = Math.min(look, waitUntil(Date.parse(pause.until), now));
    await keepWaiting({ run, claim, waitSeconds }, plan, { until: pause.until, why: pause.reason }, ledger);
    return waitSeconds;
  }
  const next = pending(plan.progress, plan.made.figures.units);
  if (next === undefined) return undefined;
  const pace = paceOfPlan(plan);
  const tiles = unitsOf(plan.made).unit(next.n).tiles;
  const opening = openingFor(plan.window, now, pace && secondsOf(pace, { tiles, jobs: 1 }));
  if (opening.opens) return undefined;
  const waitSeconds = waitUntil(opening.at, now);
  const until = new Date(opening.at).toISOString();
  await keepWaiting(
    { run, claim, waitSeconds },
    plan,
    { until, why: `the window ${plan.windowName} is closed, or closes too soon` },
    ledger,
  );
  return waitSeconds;
}

/** Epoch milliseconds. */
async function pausedSince(run: LookEvent['run'], ledger: LedgerTable, now: number): Promise<number> {
  const { status, pausedAt }: Partial<Entry> = (await ledger.entry(run)) ?? {};
  return status === 'paused' && pausedAt !== undefined ? Date.parse(pausedAt) : now;
}

async function keepWaiting(
  { run, claim, waitSeconds }: Pick<LookEvent, 'run' | 'claim'> & { waitSeconds: number },
  plan: Plan,
  { until, why }: { until: string; why: string },
  ledger: LedgerTable,
): Promise<void> {
  const since = await pausedSince(run, ledger, Date.now());
  const paused = { pausedAt: new Date(since).toISOString(), pausedUntil: until, pausedFor: why };
  await tell(ledger, run, plan, { as: 'pauses', ...paused });
  await keepService(ledger, run, claim, waitSeconds);
}
