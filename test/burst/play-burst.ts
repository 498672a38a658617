import type { TestContext } from 'node:test';
import type { JobPlatform } from '../support/job-platform.ts';
import { Meter } from '../support/meter.ts';
import { objectCreated, record } from '../support/raster-messages.ts';
import { asked, made } from '../support/raster-objects.ts';
import { deliverRecords, keysOf, openKeys } from '../support/raster-runs.ts';
import { tilesPlatform } from '../support/raster-tiles.ts';
import { type Judged, judge, Watched } from './judge.ts';
import { type IsKilled, Killer, type KillPoint } from './killer.ts';
import { batchesOf, messagesFor } from './messages.ts';
import { placesOf, putObjects } from './objects.ts';

/** How many objects come, within how many seconds, and what becomes of them. */
export interface Burst {
  objects: number;
  seconds: number;
  /** Of the order of the messages. */
  seed: number;
  /** One raster of so many says nowhere where it lies. */
  poisonedOf: number;
  isKilled?: IsKilled;
  /** After so many seconds the file is there that the source waits for; undefined: it waits for none. */
  gateSeconds?: number;
}

export interface Played extends Judged {
  platform: JobPlatform;
  points: ReadonlyMap<string, KillPoint>;
  kills: number;
  transitions: number;
  invocations: number;
  /** US dollars: list prices of us-east-1. */
  dollars: number;
}

const BATCH = 100;
const MARKER = '_SUCCESS';
/** The queue's time-out, after which a message that failed is delivered again; and how often. */
const AGAIN_SECONDS = 210;
const MAX_RECEIVES = 5;
const HOUR_SECONDS = 3600;
const MAX_HOURS = 30;
/** After so many hours without work nothing begins by itself any more. */
const QUIET_HOURS = 2;
/** A run that was stopped leaves its rasters to the next that comes. */
const MAX_NEXT = 5;

/** Plays a burst to its end: each message in an order of its own, one in ten of them twice. */
export async function playBurst(t: Pick<TestContext, 'after'>, burst: Burst): Promise<Played> {
  const { objects, seconds, seed, isKilled = () => false, gateSeconds } = burst;
  const keys = keysOf(objects);
  const poisoned = putObjects(t, keys, burst.poisonedOf);
  const [meter, killer, watched] = [new Meter(), new Killer(isKilled), new Watched()];
  const platform = await tilesPlatform(
    t,
    {},
    {
      emulator: { jobSeconds: 60 },
      ...(gateSeconds === undefined ? {} : { source: { ready: { marker: MARKER, longest: HOUR_SECONDS } } }),
      troubles: {
        around: (services, execution) => killer.around(meter.around(services), execution),
        call: (target, next, body) => killer.call(target, () => meter.call(target, next, body), body),
      },
    },
  );
  if (gateSeconds !== undefined) {
    const opensAt = platform.clock.now() + gateSeconds * 1000;
    made.push((key) => (key.endsWith(`/${MARKER}`) && platform.clock.now() >= opensAt ? 'complete' : undefined));
  }
  const endOfMeter = meter.watch(platform);
  killer.watch(platform);
  watched.watch(platform);
  const endRules = platform.fireRules();
  asked.length = 0;
  const deliver = async (some: readonly string[]) => {
    meter.batch(some.length, platform.clock.now());
    const now = platform.clock.now();
    const records = some.map((key) => record(objectCreated(key)));
    const killed: JobPlatform['invoke'] = (name, payload) => killer.invoke('S3', () => platform.invoke(name, payload));
    const failed = await deliverRecords({ ...platform, invoke: killed }, records).then(
      (ids) => some.filter((_, index) => ids.includes(records[index]?.messageId ?? '')),
      () => some,
    );
    watched.arrived(some, now, failed);
    return failed;
  };
  const batches = batchesOf(messagesFor(keys, { seconds, seed }), BATCH);
  await Promise.all(batches.map(({ at, keys: some }) => delivered(platform, deliver, some, at)));
  await settled(platform);
  const all = [...keys];
  for (let next = 0; next < MAX_NEXT && (await openKeys(platform)).length > 0; next += 1) {
    const [more = ''] = keysOf(1, objects + next);
    all.push(more);
    await delivered(platform, deliver, [more], 1);
    await settled(platform);
  }
  endRules();
  endOfMeter();
  meter.readS3(asked.length);
  const { transitions, 'calls of functions': invocations } = meter.counts;
  const judged = await judge(platform, watched, { keys: all, poisoned, places: placesOf(all) });
  return {
    platform,
    points: killer.points,
    kills: killer.kills,
    transitions,
    invocations,
    dollars: meter.dollars,
    ...judged,
  };
}

/** As Lambda does, until all are recorded. */
async function delivered(
  { clock }: JobPlatform,
  deliver: (keys: readonly string[]) => Promise<readonly string[]>,
  keys: readonly string[],
  seconds: number,
): Promise<void> {
  let open = keys;
  for (let tries = 0; open.length > 0 && tries < MAX_RECEIVES; tries += 1) {
    const some = open;
    open = await clock.after(tries === 0 ? seconds : AGAIN_SECONDS, () => deliver(some));
  }
}

/** Until nothing begins by itself any more: hour after hour, with what is done each hour. */
async function settled(platform: JobPlatform): Promise<void> {
  let quiet = 0;
  for (let hour = 0; hour < MAX_HOURS && quiet < QUIET_HOURS; hour += 1) {
    const { length } = platform.stateMachines.executions;
    await platform.clock.after(HOUR_SECONDS, () => undefined);
    await platform.idle();
    quiet = platform.stateMachines.executions.length === length ? quiet + 1 : 0;
  }
}
