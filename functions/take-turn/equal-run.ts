import type { Claim, Entry } from '../../shared/ledger/entry.ts';

interface Wish {
  /** What the run asks for, as a hash. */
  request: string;
  startedAt: string;
}

/** Whether the service is held by a run that has not let go of it, and whose lease has not run out. */
function isHeld({ holder, releasedAt, leaseUntil }: Claim, now: number): boolean {
  return holder !== undefined && releasedAt === undefined && now < time(leaseUntil);
}

/** The run that holds the service, or held it when this one was started, where its end can be this one's too. */
export function equalHolder(claim: Claim, { request, startedAt }: Wish, now: number): string | undefined {
  const { holder, requestHash, releasedAt } = claim;
  if (requestHash !== request) return undefined;
  const isOfUse = isHeld(claim, now) || time(releasedAt) >= time(startedAt);
  return isOfUse ? holder : undefined;
}

/**
 * Whether a run submitted before another one was started. Both times are Step Functions'; one that has not noted its submit
 * yet will submit later than whoever looks.
 */
export function hadSubmitted(entry: Entry | undefined, startedAt: string): boolean {
  return entry === undefined || time(entry.submittingAt) < time(startedAt);
}

/** Whether the equal run has not ended and still holds the service. A run's end is in its entry before it lets go. */
export function isAtWork(name: string, entry: Entry | undefined, claim: Claim, now: number): boolean {
  return entry?.finishedAt === undefined && claim.holder === name && isHeld(claim, now);
}

/** Whether the equal run has ended, and not before this one was started. */
export function hasAnswer(entry: Entry | undefined, startedAt: string): entry is Entry {
  return entry?.finishedAt !== undefined && time(entry.finishedAt) >= time(startedAt);
}

/** Step Functions writes times with and without fractions of a second, so that they are never compared as text. */
export function time(text: string | undefined): number {
  return text === undefined ? Number.NaN : Date.parse(text);
}
