import * as z from 'zod/mini';

/** The partition of the ledger that holds the pauses, by the name of the target. */
export const PAUSES = 'pause';
/** In the place of a target: all of them. */
export const EVERY_TARGET = 'ALL';

/** Until when nothing may change a target. Times are ISO 8601 in UTC. An item whose end is past is no pause any more. */
export const pauseSchema = z.looseObject({
  /** The target, or `ALL`. */
  name: z.string(),
  until: z.string(),
  reason: z.string(),
  setAt: z.optional(z.string()),
});

export type Pause = z.output<typeof pauseSchema>;

/** The keys of the pauses that may hold for a target. */
export function pauseKeys(target: string): { operation: string; name: string }[] {
  return [...new Set([target, EVERY_TARGET])].map((name) => ({ operation: PAUSES, name }));
}

/** Of these items of the ledger the pause that holds at this moment (epoch milliseconds), and ends last. */
export function pauseAt(items: readonly unknown[], now: number): Pause | undefined {
  return items
    .map((item) => pauseSchema.parse(item))
    .filter(({ until }) => Date.parse(until) > now)
    .sort((one, other) => Date.parse(one.until) - Date.parse(other.until))
    .at(-1);
}
