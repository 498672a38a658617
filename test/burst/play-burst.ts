import type { TestContext } from 'node:test';
import type { JobPlatform } from '../support/job-platform.ts';
import { objectCreated, record } from '../support/raster-messages.ts';
import { asked, made } from '../support/raster-objects.ts';
import { deliverRecords, keysOf } from '../support/raster-runs.ts';
import { bboxOf } from '../support/raster-places.ts';
import { tilesPlatform } from '../support/raster-tiles.ts';

/** How many objects come, within how many seconds. */
export interface Burst {
  objects: number;
  seconds: number;
  /** One raster of so many says nowhere where it lies. */
  poisonedOf: number;
  /** One invocation of so many breaks off when its work is done; 0: none does. */
  crashOf: number;
}

export interface Played {
  platform: JobPlatform;
  keys: string[];
  poisoned: string[];
  transitions: number;
  invocations: number;
  /** US dollars: list prices of us-east-1. */
  dollars: number;
}

const BATCH = 100;
/** A function of 1 GB for a second, a read of S3, and a request to write into the table. */
const PRICES = {
  transition: 25e-6,
  invocation: 2e-7,
  gigabyteSecond: 13.4e-6,
  read: 4e-7,
  write: 0.625e-6,
  message: 4e-7,
};
/** A raster is put, read, known as seen, and taken away. */
const WRITES_PER_RASTER = 4;
const FUNCTION_GIGABYTE_SECONDS = 0.1;
const CRASHING = new Set(['start-refresh', 'renew-rasters', 'read-footprint']);

/** Plays a burst: one message in ten is delivered twice, each batch in another order. */
export async function playBurst(t: TestContext, { objects, seconds, poisonedOf, crashOf }: Burst): Promise<Played> {
  const keys = keysOf(objects);
  const poisoned = keys.filter((_, index) => index % poisonedOf === poisonedOf - 1);
  const texts = new Map(keys.map((key, index) => [key, JSON.stringify({ bbox: bboxOf(placeOf(index)) })]));
  for (const key of poisoned) texts.delete(key);
  made.push((key) => (texts.has(key) ? 'the pixels' : texts.get(key.replace('.json', '.tif'))));
  for (const key of poisoned) made.push((each) => (each === key ? 'no raster at all' : undefined));
  t.after(() => made.splice(0));
  const platform = await tilesPlatform(t, {}, { emulator: { jobSeconds: 60 } });
  let [transitions, invocations] = [0, 0];
  platform.onState(({ moment }) => {
    if (moment === 'before') transitions += 1;
  });
  platform.onInvoke(({ functionName, moment }) => {
    if (moment === 'before') return;
    invocations += 1;
    if (crashOf > 0 && CRASHING.has(functionName) && invocations % crashOf === 0)
      throw new Error('the sandbox was lost');
  });
  asked.length = 0;
  const batches = Math.ceil(objects / BATCH);
  for (let batch = 0; batch < batches; batch += 1) {
    const own = keys.slice(batch * BATCH, (batch + 1) * BATCH);
    const doubled = own.filter((_, index) => index % 10 === 0);
    const records = [...own.toReversed(), ...doubled].map((key) => record(objectCreated(key)));
    await platform.clock.after(seconds / batches, () => delivered(platform, records));
  }
  await platform.idle();
  const dollars =
    transitions * PRICES.transition +
    invocations * (PRICES.invocation + FUNCTION_GIGABYTE_SECONDS * PRICES.gigabyteSecond) +
    asked.length * PRICES.read +
    objects * (WRITES_PER_RASTER * PRICES.write + 3 * PRICES.message);
  return { platform, keys, poisoned, transitions, invocations, dollars };
}

/** As Lambda does, until all are recorded. */
async function delivered(platform: JobPlatform, records: ReturnType<typeof record>[]): Promise<void> {
  let open = records;
  for (let tries = 0; open.length > 0 && tries < 5; tries += 1) {
    const failed = await deliverRecords(platform, open).catch(() => open.map(({ messageId }) => messageId));
    open = open.filter(({ messageId }) => failed.includes(messageId));
  }
}

/** Within some squares of the finest level, so that many share one. */
function placeOf(index: number): readonly [number, number] {
  return [1024 + (index % 60), 1300 + (Math.floor(index / 60) % 60)];
}
