import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import { siteSettings } from '../../shared/lambda/site-settings.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { leavePlace, takePlace } from '../../shared/ledger/places.ts';
import { type Progress, type RunningUnit, writeProgress } from '../../shared/ledger/plans.ts';
import type { TilePlan } from '../../shared/tiles/plan.ts';
import { firstOutside } from '../../shared/tiles/ranges.ts';
import { afterEnd, begun, pending } from './ends.ts';
import { secondsOf } from './estimate.ts';
import type { LaneEvent } from './events.ts';
import { openingFor, waitUntil } from './opening.ts';
import { isOver, loadPlan, type Plan, paceOfPlan, unitsOf } from './plan.ts';
import { keepService, tell } from './told.ts';
import { enterUnit, unitName, unitWork } from './unit-run.ts';
import { howItEnded, type StartMachine } from './unit-state.ts';

/** One look costs about 15 of the 25,000 events of a history. */
const STEPS_PER_WINDOW = 800;
/** Lanes that write at the same time. */
const MAX_TRIES = 12;
const WAIT_FOR_PLACE_SECONDS = 20;
/** State transitions and calls beside those of a unit's own run, in US dollars. */
const STEP_COST = 6 * 2.5e-5 + 2e-6;

/**
 * Says what one lane of a plan does next: run a unit, wait, or end, because nothing may start now. Takes note of what has
 * become of the lane's last unit first, in one write with the start of the next: so no unit is begun twice.
 */
export async function nextUnit(event: LaneEvent, ledger: LedgerTable, startMachine: StartMachine) {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const plan = await loadPlan(ledger, event.run);
    if (plan === undefined) throw new Error(`There is no plan of ${event.run.name}.`);
    const answer = await decided(event, plan, { ledger, startMachine });
    if (answer !== undefined) return answer;
  }
  throw new Error(`The plan of ${event.run.name} was changed by others again and again.`);
}

interface Means {
  ledger: LedgerTable;
  startMachine: StartMachine;
}

/** Undefined where somebody else has changed the plan meanwhile. */
async function decided(event: LaneEvent, plan: Plan, means: Means) {
  const { ledger } = means;
  const units = unitsOf(plan.made);
  const mine = plan.progress.running.find(({ lane }) => lane === event.number);
  if (mine === undefined) return await begin(event, plan, units, ledger);
  const state = await howItEnded(event, mine, means);
  if (state === 'at work') return unitWork(event, plan, mine);
  if (state === 'being cancelled') return await waitForCancelling(event, plan, mine, ledger);
  const progress = afterEnd(plan.progress, mine, state, units.unit(mine.n), Date.now());
  progress.cost += (event.ended.watchingCost ?? 0) + STEP_COST;
  log('info', 'a unit has ended', { run: mine.name, unit: mine.n, end: state.kind });
  return await begin(event, { ...plan, progress }, units, ledger, mine);
}

/** While the job may write tiles nothing else is begun in its place. */
async function waitForCancelling(event: LaneEvent, plan: Plan, mine: RunningUnit, ledger: LedgerTable) {
  const now = Date.now();
  const { cancelling = new Date(now).toISOString() } = mine;
  if (mine.cancelling === undefined) {
    const running = plan.progress.running.map((one) => (one.name === mine.name ? { ...one, cancelling } : one));
    if (!(await writeProgress(ledger, event.run, { ...plan.progress, running }, plan.version))) return undefined;
  }
  const elapsedSeconds = (now - Date.parse(cancelling)) / 1000;
  const waitSeconds = Math.floor(Math.min(Math.max(elapsedSeconds / 10, 5), 300));
  await keepService(ledger, event.run, event.claim, waitSeconds);
  return { next: 'wait', steps: event.told.steps + 1, name: mine.name, waitSeconds };
}

/** Begins the next unit, where one may begin; `before` is the one whose end is to be written, too. */
async function begin(event: LaneEvent, plan: Plan, units: TilePlan, ledger: LedgerTable, before?: RunningUnit) {
  const { run, claim, told } = event;
  const { target } = plan.made.input;
  const wish = await wishOf(event, plan, units, ledger);
  const running = wish.running;
  const id = `${run.operation}/${run.name}/${event.number}`;
  const place = { id, claim, holder: run.name };
  const limit = siteSettings(target).jobsAtOnce;
  const hasPlace = running !== undefined && (await takePlace(ledger, target, place, { limit, now: Date.now() }));
  const starts = hasPlace ? running : undefined;
  const progress = starts === undefined ? plan.progress : withStart(plan, starts, units.units);
  if (before !== undefined || starts !== undefined) {
    if (!(await writeProgress(ledger, run, progress, plan.version))) return undefined;
  }
  if (starts === undefined) await leavePlace(ledger, target, id);
  const now = { ...plan, progress, version: plan.version + 1 };
  if (starts !== undefined) {
    const { KEEP_DAYS: keepDays } = environment('KEEP_DAYS');
    await enterUnit(ledger, event, { made: plan.made, unit: units.unit(starts.n), running: starts, keepDays });
  }
  if (before !== undefined || starts !== undefined) await tell(ledger, run, now, { as: 'goesOn' });
  await keepService(ledger, run, claim, wish.waitSeconds);
  if (starts !== undefined) return unitWork(event, plan, starts);
  const waitSeconds = running === undefined ? wish.waitSeconds : WAIT_FOR_PLACE_SECONDS;
  return { next: waitSeconds === undefined ? 'end' : 'wait', steps: told.steps + 1, name: '', waitSeconds };
}

interface Wish {
  /** What would be begun. */
  running?: RunningUnit;
  /** Until the next look; without it and without a unit the lane ends. */
  waitSeconds?: number;
}

async function wishOf(event: LaneEvent, plan: Plan, units: TilePlan, ledger: LedgerTable): Promise<Wish> {
  const { progress, made } = plan;
  const next = pending(progress, made.figures.units);
  const now = Date.now();
  if (next === undefined || isOver(plan) || event.told.steps >= STEPS_PER_WINDOW) return {};
  if ((await ledger.pauseOf(made.input.target, now)) !== undefined) return {};
  const unit = units.unit(next.n);
  const pace = paceOfPlan(plan);
  const opening = openingFor(plan.window, now, pace && secondsOf(pace, { tiles: unit.tiles, jobs: 1 }));
  if (!opening.opens) return {};
  const { trouble } = progress;
  if (trouble !== undefined && now < Date.parse(trouble.until))
    return { waitSeconds: waitUntil(Date.parse(trouble.until), now) };
  const { until, hadAll } = opening;
  return {
    running: {
      ...next,
      lane: event.number,
      name: unitName(event.run, next.n, progress.starts),
      tiles: unit.tiles,
      since: new Date(now).toISOString(),
      hadAll: until !== undefined && hadAll,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    },
  };
}

function withStart({ progress }: Plan, starts: RunningUnit, units: number): Progress {
  return begun(progress, starts, (n) => Math.min(firstOutside(progress.done, n), units));
}
