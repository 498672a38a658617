import * as z from 'zod/mini';
import type { Attribute } from '../../shared/ledger/attributes.ts';
import type { Progress, RunningUnit } from '../../shared/ledger/plans.ts';
import type { Unit } from '../../shared/tiles/plan.ts';
import { added, countOf, removed } from '../../shared/tiles/ranges.ts';
import { KEPT_MEASUREMENTS } from './estimate.ts';

/** What has become of a unit. */
export type UnitEnd =
  | { kind: 'done'; seconds: number }
  /** It alone is the matter. `mayRun`: nobody can say whether its job is at work. */
  | { kind: 'failed'; message: string; mayRun?: boolean }
  /** The window closed, and its job is cancelled. */
  | { kind: 'broken-off'; message: string }
  /** Nothing could be submitted; so would any other now. */
  | { kind: 'site'; Error: string; Cause: string }
  /** Every other one would end so. */
  | { kind: 'plan'; Error: string; Cause: string; mayRun?: boolean };

/** What the machine of a unit tells of its end, or Step Functions of its execution. */
export const endedSchema = z.looseObject({
  status: z.optional(z.string()),
  service: z.optional(z.string()),
  concerns: z.optional(z.string()),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
  watchingCost: z.optional(z.number()),
  result: z.optional(z.looseObject({ elapsedSeconds: z.optional(z.number()) })),
  /** Of its run, so that an end is noted once. */
  run: z.optional(z.string()),
  /** What its machine has written into the entry of its run, where AWS let it. */
  write: z.optional(
    z.object({
      UpdateExpression: z.string(),
      ConditionExpression: z.string(),
      ExpressionAttributeNames: z.record(z.string(), z.string()),
      ExpressionAttributeValues: z.record(z.string(), z.custom<Attribute>()),
    }),
  ),
});

export type Ended = z.output<typeof endedSchema>;

const REFUSED = ['VendorAuthError', 'InvalidSecretError', 'UnknownTargetError'];
const OF_AWS = 'AwsUnavailableError';

/** What has become of a unit, by what its machine tells; undefined where that is not sure. */
export function endOf({ status, service, concerns, result, ...told }: Ended): UnitEnd | undefined {
  const { Error: error = '', Cause = '' } = told;
  const met = { Error: error, Cause };
  const mayRun = service === 'kept';
  if (status === 'succeeded') return { kind: 'done', seconds: result?.elapsedSeconds ?? 0 };
  if (status === 'ended' && concerns === 'plan') return { kind: 'plan', ...met };
  if (status === 'ended' && concerns === 'site') return { kind: 'site', ...met };
  if (status !== 'ended' && status !== 'failed') return undefined;
  if (REFUSED.includes(error)) return { kind: 'plan', ...met, mayRun };
  return error === OF_AWS && !mayRun ? { kind: 'site', ...met } : { kind: 'failed', message: messageOf(Cause), mayRun };
}

/** Lambda reports an error as JSON. */
function messageOf(cause: string): string {
  const parsed = z.safeParse(z.looseObject({ errorMessage: z.string() }), jsonOf(cause)).data;
  return parsed?.errorMessage ?? cause;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_DETAILS = 40;
const MAX_MESSAGE_CHARACTERS = 300;
/** So often a site may not be there for one unit while it was for others. */
const MAX_LATE = 3;
const TRIES = 2;
const FIRST_TROUBLE_SECONDS = 60;
const LONGEST_TROUBLE_SECONDS = 900;
const MOST_TROUBLE_MS = 24 * 3_600_000;
/** Of units that failed here and there: more would not fit into the ledger. */
const MAX_PIECES = 5_000;

/** How far the plan is when a unit has ended so. */
export function afterEnd(progress: Progress, running: RunningUnit, end: UnitEnd, unit: Unit, now: number): Progress {
  const left = { ...progress, running: progress.running.filter(({ name }) => name !== running.name) };
  const { n, fails, late, tiles } = running;
  if ('mayRun' in end && end.mayRun) left.isKept = true;
  switch (end.kind) {
    case 'done': {
      const measured: [number, number][] = [...progress.measured, [tiles, end.seconds]];
      return {
        ...left,
        trouble: undefined,
        done: mutable(added(progress.done, n)),
        tilesDone: progress.tilesDone + tiles,
        measured: measured.slice(-KEPT_MEASUREMENTS),
      };
    }
    case 'failed':
      return failed({ ...left, trouble: undefined }, { n, fails, unit, message: end.message });
    case 'broken-off':
      if (running.hadAll) return failed(left, { n, fails, unit, message: end.message });
      return { ...left, again: [...left.again, { n, fails, late }] };
    case 'site':
      return inTrouble(left, running, end, unit, now);
    case 'plan':
      return {
        ...left,
        ending: progress.ending ?? { Error: end.Error, Cause: messageOf(end.Cause) },
        again: [...left.again, { n, fails, late }],
      };
  }
}

function failed(
  progress: Progress,
  { n, fails, unit, message }: { n: number; fails: number; unit: Unit; message: string },
): Progress {
  if (fails + 1 < TRIES) return limited({ ...progress, failedOnce: mutable(added(progress.failedOnce, n)) });
  const { scales, extent, tiles } = unit;
  const told = { n, scales, extent, tiles, message: endOfText(message) };
  return limited({
    ...progress,
    failed: mutable(added(progress.failed, n)),
    failedUnits: progress.failedUnits.length < MAX_DETAILS ? [...progress.failedUnits, told] : progress.failedUnits,
  });
}

/** The vendor's last messages stand at the end. */
function endOfText(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `… ${message.slice(-MAX_MESSAGE_CHARACTERS)}`;
}

function limited(progress: Progress): Progress {
  const { done, failedOnce, failed: given } = progress;
  if (done.length + failedOnce.length + given.length <= MAX_PIECES) return progress;
  const Cause = `Units fail all over the plan, ${countOf(failedOnce) + countOf(given)} until now: no more are tried.`;
  return { ...progress, ending: { Error: 'PartialFailureError', Cause } };
}

/** The site is left alone for some time, longer each time. A unit is blamed for it only where others have no trouble. */
function inTrouble(
  progress: Progress,
  { n, fails, late }: RunningUnit,
  met: { Error: string; Cause: string },
  unit: Unit,
  now: number,
): Progress {
  const { since = new Date(now).toISOString(), times = 0 } = progress.trouble ?? {};
  const seconds = Math.min(FIRST_TROUBLE_SECONDS * 2 ** times, LONGEST_TROUBLE_SECONDS);
  const trouble = { since, times: times + 1, until: new Date(now + seconds * 1000).toISOString() };
  const isFirst = progress.trouble === undefined;
  if (isFirst && late >= MAX_LATE)
    return { ...failed(progress, { n, fails, unit, message: messageOf(met.Cause) }), trouble };
  const again = [...progress.again, { n, fails, late: isFirst ? late + 1 : late }];
  const isTooMuch = now - Date.parse(since) >= MOST_TROUBLE_MS;
  return {
    ...progress,
    trouble,
    again,
    ...(isTooMuch ? { ending: { Error: met.Error, Cause: messageOf(met.Cause) } } : {}),
  };
}

/** The unit that is to be tried next: first tries, those that were broken off, second tries. */
export function pending(progress: Progress, units: number): { n: number; fails: number; late: number } | undefined {
  if (progress.next < units) return { n: progress.next, fails: 0, late: 0 };
  const [again] = progress.again;
  if (again !== undefined) return again;
  const [second] = progress.failedOnce;
  return second === undefined ? undefined : { n: second[0], fails: 1, late: 0 };
}

/** A unit is at work from now on. */
export function begun(progress: Progress, running: RunningUnit, nextOf: (n: number) => number): Progress {
  const { n } = running;
  return {
    ...progress,
    starts: progress.starts + 1,
    running: [...progress.running, running],
    next: n === progress.next ? nextOf(n + 1) : progress.next,
    again: progress.again.filter((one) => one.n !== n),
    failedOnce: mutable(removed(progress.failedOnce, n)),
  };
}

function mutable(ranges: readonly (readonly [number, number])[]): [number, number][] {
  return ranges.map(([first, last]) => [first, last]);
}
