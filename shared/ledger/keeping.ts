const SECONDS_PER_DAY = 86_400;

/** Epoch seconds: when an entry that is at work until then may be removed, so many days later. */
export function expiresAt(workUntil: number, keepDays: number): number {
  return Math.floor(workUntil / 1000) + Math.ceil(keepDays * SECONDS_PER_DAY);
}
