import { Random } from '../simulation/random.ts';

/** A message about one raster, and when it comes (seconds). */
export interface Message {
  key: string;
  at: number;
}

/** A message may be this much later than the raster. */
const LATE_SECONDS = 60;
/** One in so many comes twice, the second time up to so many seconds later. */
const DOUBLED_OF = 10;
const DOUBLED_WITHIN_SECONDS = 600;

/** As SQS delivers: out of order, some twice, and these perhaps when all is done. Rasters come evenly spread. */
export function messagesFor(keys: readonly string[], { seconds, seed }: { seconds: number; seed: number }): Message[] {
  const random = new Random(seed);
  return keys
    .flatMap((key, index) => {
      const at = (index / keys.length) * seconds + random.between(0, LATE_SECONDS);
      const again = random.chance(1 / DOUBLED_OF) ? [{ key, at: at + random.between(0, DOUBLED_WITHIN_SECONDS) }] : [];
      return [{ key, at }, ...again];
    })
    .sort((one, other) => one.at - other.at);
}

/** As Lambda collects them: `size` messages at most, and none waits longer than 30 seconds. */
export function batchesOf(messages: readonly Message[], size: number): { at: number; keys: string[] }[] {
  const batches: { first: number; at: number; keys: string[] }[] = [];
  for (const { key, at } of messages) {
    const open = batches.at(-1);
    if (open !== undefined && open.keys.length < size && at - open.first < WINDOW_SECONDS) {
      open.keys.push(key);
      open.at = open.keys.length === size ? at : open.first + WINDOW_SECONDS;
    } else batches.push({ first: at, at: at + WINDOW_SECONDS, keys: [key] });
  }
  return batches.map(({ at, keys }) => ({ at, keys }));
}

const WINDOW_SECONDS = 30;
