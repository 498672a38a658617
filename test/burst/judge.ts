import type { JobPlatform } from '../support/job-platform.ts';
import { LEVEL, SERVICE } from '../support/raster-places.ts';
import { entriesOf, openKeys, RENEWAL } from '../support/raster-runs.ts';

type Job = ReturnType<JobPlatform['emulator']['jobs']['list']>[number];

/** What became of a burst. */
export interface Judged {
  runs: number;
  refreshes: number;
  /** Rasters that no refresh and no tile job has covered that was submitted after they came. */
  uncovered: string[];
  /** Refreshes before which nothing had come since the last one. */
  doubled: number;
  /** Poisoned rasters that no dead letter names, and others that one does. */
  missingLetters: string[];
  wrongLetters: string[];
  letters: number;
}

/** What is seen while a burst is played: the server forgets its jobs. */
export class Watched {
  readonly jobs = new Map<string, Job>();
  /** When a raster's first message came, and each that brought something new (epoch ms). */
  readonly firstAt = new Map<string, number>();
  readonly arrivals: number[] = [];
  readonly #taken = new Set<string>();

  watch({ onState, emulator }: JobPlatform): void {
    onState(() => {
      for (const job of emulator.jobs.list()) this.jobs.set(job.id, job);
    });
  }

  /** Messages are delivered, and those of the rasters in `failed` come back. */
  arrived(keys: readonly string[], now: number, failed: readonly string[]): void {
    for (const key of keys) if (!this.firstAt.has(key)) this.firstAt.set(key, now);
    const fresh = keys.filter((key) => !this.#taken.has(key));
    if (fresh.length > 0) this.arrivals.push(now);
    for (const key of fresh) if (!failed.includes(key)) this.#taken.add(key);
  }
}

export async function judge(
  platform: JobPlatform,
  { jobs, firstAt, arrivals }: Watched,
  { keys, poisoned, places }: { keys: string[]; poisoned: string[]; places: Map<string, readonly [number, number]> },
): Promise<Judged> {
  const refreshes = [...jobs.values()].filter(({ task }) => task === 'Refresh Service');
  const succeeded = refreshes.filter(({ status }) => status === 'esriJobSucceeded');
  const isDone = await finishedJobs(platform);
  const lastRefresh = Math.max(0, ...succeeded.map(({ submittedAt }) => submittedAt));
  const open = new Set(await openKeys(platform));
  const isPoisoned = new Set(poisoned);
  const hasTile = (key: string) => {
    const [col = 0, row = 0] = places.get(key) ?? [];
    return (platform.emulator.tiles.get(SERVICE, { level: LEVEL, col, row })?.madeAt ?? 0) > (firstAt.get(key) ?? 0);
  };
  const isCovered = (key: string) =>
    !open.has(key) && lastRefresh > (firstAt.get(key) ?? Infinity) && (isPoisoned.has(key) || hasTile(key));
  const named = new Set(platform.letters.flatMap(({ body }) => namedIn(body)));
  return {
    runs: (await entriesOf(platform, RENEWAL)).length,
    refreshes: refreshes.length,
    uncovered: keys.filter((key) => !isCovered(key)),
    doubled: refreshes.filter((job, index) => isDoubled(job, refreshes[index - 1], { arrivals, isDone })).length,
    missingLetters: poisoned.filter((key) => !named.has(key)),
    wrongLetters: [...named].filter((key) => !isPoisoned.has(key)),
    letters: platform.letters.length,
  };
}

/** Which jobs count as made: where an execution was stopped only those whose run knows that they did well. */
async function finishedJobs({ stateMachines, ledger }: JobPlatform): Promise<(job: Job) => boolean> {
  if (stateMachines.executions.every(({ status }) => status !== 'ABORTED')) return () => true;
  const done = new Set((await ledger.runs()).filter(({ status }) => status === 'succeeded').map(({ jobId }) => jobId));
  return ({ id }) => done.has(id);
}

/** A refresh that was stopped is made again by whoever its rasters are left to. */
function isDoubled(
  { submittedAt }: Job,
  before: Job | undefined,
  { arrivals, isDone }: { arrivals: readonly number[]; isDone: (job: Job) => boolean },
): boolean {
  if (before === undefined || !isDone(before)) return false;
  return !arrivals.some((at) => at > before.submittedAt && at <= submittedAt);
}

function namedIn(body: string): string[] {
  const { Records }: { Records: { s3: { object: { key: string } } }[] } = JSON.parse(body);
  return Records.map(({ s3 }) => decodeURIComponent(s3.object.key));
}
