import * as z from 'zod/mini';
import { isErrorName } from '../../shared/errors.ts';
import { nextWaitSeconds, submitLeaseUntil } from '../../shared/jobs/poll-policy.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { siteSettings } from '../../shared/lambda/site-settings.ts';
import { type Claim, type Entry, type EntryKey, targetOf } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import type { Pause } from '../../shared/ledger/pauses.ts';
import { takePlace } from '../../shared/ledger/places.ts';
import { goodEnd } from '../../shared/ledger/transitions.ts';
import { againSchema, tryAgain } from './again.ts';
import { equalHolder, hadSubmitted, hasAnswer, isAtWork, time } from './equal-run.ts';
import { keepPaused, waitingCost } from './paused.ts';
import { runsAhead } from './queue.ts';

/** One look costs about 12 of the 25,000 events of a history. */
const LOOKS_PER_WINDOW = 200;

const attachSchema = z.object({ name: z.optional(z.string()) });

/** What `hold` tells; the machines of 0.1.0 tell the same, without `later` and `claims`. */
const turnSchema = z.looseObject({
  run: z.looseObject({
    operation: z.string(),
    name: z.string(),
    startedAt: z.string(),
    startedBy: z._default(z.string(), 'person'),
    ticket: z.string(),
  }),
  claim: z.string(),
  /** `nothing`: the claim is only where the run waits while its target is paused. */
  claims: z._default(z.enum(['something', 'nothing']), 'something'),
  request: z.string(),
  /** Whether only what is submitted after this run was started has what it was started for. */
  later: z.optional(z.boolean()),
  /** Whether it needs one of its target's places for tile jobs, too. */
  takesPlace: z._default(z.boolean(), false),
  maxWaiting: z.number(),
  /** How long the call that does the work may last. */
  submitSeconds: z.optional(z.number()),
  isNew: z._default(z.boolean(), false),
  attach: z._default(attachSchema, {}),
  /** What the last look of this window said. */
  look: z.optional(
    z.looseObject({
      state: z.looseObject({ looks: z.number(), attach: attachSchema, since: z.optional(z.iso.datetime()) }),
    }),
  ),
});

/** What is read of an equal run's result. */
const resultSchema = z.looseObject({ status: z.enum(['succeeded', 'partly', 'submitted']) });

type Turn = z.output<typeof turnSchema>;

/** How far a run has come. `attach`: the equal run whose end it waits for; `since`: when a pause that kept it waiting ends. */
interface Place {
  looks: number;
  attach: { name?: string | undefined };
  since?: string | undefined;
}

/**
 * One look of a run that wants a service: does it hold it now, does it end as an equal run does, does it wait?
 *
 * A pause of its target comes first: until its end the run waits as `paused`, unless it waits for the end of an equal one.
 * First come, first served: only the oldest of those that wait may claim, and DynamoDB grants one claim. A run that waits
 * for the end of an equal one takes no place of those that wait.
 */
export async function takeTurn(event: unknown, ledger: LedgerTable) {
  const retry = againSchema.safeParse(event);
  if (retry.success) return await tryAgain(retry.data, ledger);
  const turn = turnSchema.parse(event);
  const { run } = turn;
  const claimed = await ledger.claim(turn.claim);
  if (holdsAlready(claimed, run)) return await holder(ledger, run, claimed.fence ?? 0, claimed.claimedAt);
  const place: Place = turn.look?.state ?? { looks: 0, attach: turn.attach };
  const pause = place.attach.name === undefined && (await ledger.pauseOf(targetOf(turn.claim), Date.now()));
  if (pause) return await wait(turn, place, pause, ledger);
  if (turn.claims === 'nothing') return await holder(ledger, run, 0, new Date().toISOString());
  return await takeItsTurn(turn, place, claimed, ledger);
}

async function takeItsTurn(turn: Turn, place: Place, claimed: Claim, ledger: LedgerTable) {
  const { run } = turn;
  const { attach } = place;
  const name = attach.name ?? equalHolder(claimed, { request: turn.request, startedAt: run.startedAt }, Date.now());
  const entry = name === undefined ? undefined : await ledger.entry({ operation: run.operation, name });
  const isTooEarly = attach.name === undefined && wantsLater(turn) && hadSubmitted(entry, run.startedAt);
  if (name !== undefined && !isTooEarly) {
    if (isAtWork(name, entry, claimed, Date.now())) {
      await noteWaiting(ledger, run, { attachedTo: name });
      return goOnWaiting(turn, { ...place, attach: { name } });
    }
    if (hasAnswer(entry, run.startedAt)) {
      return await endAs(name, entry, run, ledger);
    }
    // Gone without a word, or ended before this run was asked for: the place in the queue is by the run's start.
    if (attach.name !== undefined) await noteWaiting(ledger, run, { waitingFor: turn.claim });
  }
  return await queueUp(turn, place, claimed, ledger);
}

async function queueUp(turn: Turn, place: Place, claimed: Claim, ledger: LedgerTable) {
  const { run, claim, maxWaiting, request, submitSeconds } = turn;
  const queue = { claim, ticket: run.ticket, claimed };
  const ahead = await runsAhead(ledger, queue, { now: Date.now(), enough: Math.max(maxWaiting, 1) });
  if (ahead === 0 && (await hasPlace(turn, ledger))) {
    const now = new Date().toISOString();
    const leaseUntil = submitLeaseUntil(Date.now(), submitSeconds);
    const fence = await ledger.tryClaim(claim, { holder: run, requestHash: request, now, leaseUntil });
    if (fence !== undefined) return await holder(ledger, run, fence, now);
  }
  // At its second look: of runs that start together the first has left the queue by then, and equal ones attach to it.
  // Of equal refreshes that wait all but the first end with its job.
  if (turn.isNew && place.looks === 1 && !wantsLater(turn) && ahead >= maxWaiting) return tooManyWait(turn);
  await noteWaiting(ledger, run, { waitingFor: claim });
  return goOnWaiting(turn, { ...place, attach: {} });
}

/** Of the tile jobs of its target only so many run at once. It is kept for a minute, and from then on while the claim is. */
async function hasPlace({ run, claim, takesPlace }: Turn, ledger: LedgerTable): Promise<boolean> {
  if (!takesPlace) return true;
  const target = targetOf(claim);
  const { jobsAtOnce: limit } = siteSettings(target);
  const place = { id: `${run.operation}/${run.name}`, claim, holder: run.name };
  return await takePlace(ledger, target, place, { limit, now: Date.now() });
}

function holdsAlready({ holder, holderOperation, releasedAt }: Claim, run: EntryKey): boolean {
  // Two operations may have executions of the same name.
  return holder === run.name && holderOperation === run.operation && releasedAt === undefined;
}

/** The machines of 0.1.0 do not say it. */
function wantsLater({ run, later = run.startedBy === 'S3' || run.operation === 'refresh-service' }: Turn): boolean {
  return later;
}

/** The run still waits: for its turn, or for the end of an equal run, and then it leaves the queue. */
async function noteWaiting(
  ledger: LedgerTable,
  run: EntryKey,
  waits: { waitingFor: string } | { attachedTo: string },
): Promise<void> {
  await ledger.step(run, 'waits', {
    set: {
      ...waits,
      seenAt: new Date().toISOString(),
      expiresAt: expiresAt(Date.now(), environment('KEEP_DAYS').KEEP_DAYS),
    },
    remove: 'attachedTo' in waits ? ['waitingFor'] : ['attachedTo'],
  });
}

/** Until its target's pause ends. It is none of the new ones after that: those that a pause has kept are all let in. */
async function wait(turn: Turn, place: Place, pause: Pause, ledger: LedgerTable) {
  const { run, claim } = turn;
  const kept = await keepPaused(ledger, { run, claim, pause, holds: false });
  const next = goOnWaiting(turn, { ...place, looks: Math.max(place.looks, 1), since: kept.since });
  return next.next === 'wait' ? { ...next, ...kept } : next;
}

function goOnWaiting(turn: Turn, { looks, ...place }: Place) {
  const next = { ...place, looks: looks + 1 };
  if (next.looks >= LOOKS_PER_WINDOW) return { ...next, next: 'end', outcome: 'again', isNew: false };
  const since = place.since ?? turn.run.startedAt;
  const elapsedSeconds = Math.max(0, Math.round((Date.now() - time(since)) / 1000));
  return { ...next, next: 'wait', waitSeconds: nextWaitSeconds(elapsedSeconds) };
}

/** The service is this run's. 0.1.0 writes the fencing number as a text. */
async function holder(ledger: LedgerTable, run: EntryKey, fence: number, claimedAt: string | undefined) {
  const cost = await waitingCost(ledger, run);
  return {
    next: 'end',
    outcome: 'holder',
    fence: String(fence),
    claimedAt,
    run: cost > 0 ? { ...run, waitingCost: cost } : run,
  };
}

/** The equal run's end becomes this run's. */
async function endAs(name: string, entry: Entry, run: EntryKey, ledger: LedgerTable) {
  const { result, error = 'JobLostError', cause = '' } = entry;
  if (result === undefined) {
    await noteWaiting(ledger, run, { attachedTo: name });
    // Entries of 0.1.0 may name an error of Step Functions, by which no machine can fail.
    return failed({ Error: isErrorName(error) ? error : 'AwsUnavailableError', Cause: cause });
  }
  const own = { ...resultSchema.parse(JSON.parse(result)), attachedTo: name };
  await ledger.write(run, goodEnd(own, { now: Date.now(), attachedTo: name }));
  return { next: 'end', outcome: 'attached', status: own.status, result: own };
}

function tooManyWait({ maxWaiting, claim }: Turn) {
  return failed({
    Error: 'VendorBusyError',
    Cause: `${maxWaiting} runs wait for ${claim} already, the limit of the settings (jobs.maxWaiting). Nothing was submitted; start it again when they are through.`,
  });
}

/** `error` is for the machines of 0.1.0. */
function failed(error: { Error: string; Cause: string }) {
  return { next: 'end', outcome: 'failed', status: 'failed', ...error, error };
}
