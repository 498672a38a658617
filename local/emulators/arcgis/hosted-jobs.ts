import { randomUUID } from 'node:crypto';
import type { Extent } from './geometry.ts';
import { Refusal } from './replies.ts';
import type { TileAddress } from './tile-scheme.ts';
import type { TileStore } from './tile-store.ts';

/** How a job is to end; tests choose it, `succeeds` is the rule. `partly`: its last task fails, and a rerun of it does well. */
export type HostedFate = 'succeeds' | 'partly' | 'staysPartly' | 'fails' | 'neverEnds' | 'isLost';

type TaskState = 'waiting' | 'done' | 'error' | 'canceled';

/** The tiles of one bundle of a level. */
interface Task {
  level: number;
  tiles: TileAddress[];
  state: TaskState;
  made: number;
}

/** What is to be done with the tiles of a service. */
export interface HostedWork {
  /** `Name.Type` */
  service: string;
  type: 'CACHECOOKER' | 'CacheDelete';
  extent: Extent;
  tiles: TileAddress[];
  /** Else the bundles that are touched are overwritten. */
  mergeBundle: boolean;
  /** Of tiles that are there already, in bundles that are merged. */
  replaceTiles: boolean;
}

export interface HostedJob extends HostedWork {
  readonly id: string;
  status: 'SUBMITTED' | 'InProgress' | 'DONE' | 'Canceled' | 'PartialError' | 'Error';
  readonly submittedAt: number;
  /** Of the last run, and of the last change. */
  startedAt: number;
  changedAt: number;
  tasks: Task[];
  fate: HostedFate;
  /** How often it was run again, by the word that was given. */
  reruns: string[];
}

const BUNDLE_TILES = 128;
const SUBMITTED_SHARE = 0.2;
const UNLUCKY_SHARE = 0.5;
const TILES_PER_CREDIT = 10_000;

/** The jobs of all hosted services; they move when someone looks, as far as the clock allows. */
export class HostedJobs {
  /** The fates of the next jobs, first come first served. */
  readonly nextFates: HostedFate[] = [];
  /** The tiles that were made so far, each of which is paid for. */
  tilesPaid = 0;
  /** Whether Delete All Tiles does its work at once, without a job. */
  deletesAtOnce = false;
  readonly #jobs: HostedJob[] = [];
  readonly #now: () => number;
  readonly #runMs: number;
  readonly #tiles: TileStore;

  constructor(settings: { now: () => number; jobSeconds: number; tiles: TileStore }) {
    this.#now = settings.now;
    this.#runMs = Math.max(1, settings.jobSeconds * 1000);
    this.#tiles = settings.tiles;
  }

  get credits(): number {
    return this.tilesPaid / TILES_PER_CREDIT;
  }

  /** Every job, the oldest first. */
  list(): readonly HostedJob[] {
    this.advance();
    return this.#jobs;
  }

  find(service: string, id: string): HostedJob {
    const job = this.list().find((each) => each.service === service && each.id === id);
    if (!job) throw new Refusal(404, 'Job not found.', [`Job '${id}' not found.`]);
    return job;
  }

  submit(work: HostedWork): HostedJob {
    const now = this.#now();
    const job: HostedJob = {
      ...work,
      id: randomUUID(),
      status: 'SUBMITTED',
      submittedAt: now,
      startedAt: now,
      changedAt: now,
      tasks: tasksOf(work.tiles),
      fate: this.nextFates.shift() ?? 'succeeds',
      reruns: [],
    };
    this.#jobs.push(job);
    return job;
  }

  cancel(job: HostedJob): void {
    if (!isRunning(job)) throw new Refusal(400, 'Unable to cancel job.');
    for (const task of job.tasks) if (task.state === 'waiting') task.state = 'canceled';
    this.#end(job, 'Canceled', this.#now());
  }

  rerun(job: HostedJob, which: string): void {
    const states: Record<string, TaskState[]> = {
      ALL: ['done', 'error', 'canceled'],
      ERROR: ['error'],
      CANCELED: ['canceled'],
    };
    const again = job.tasks.filter(({ state }) => states[which.toUpperCase()]?.includes(state));
    if (isRunning(job) || again.length === 0) throw new Refusal(400, 'Unable to rerun job.');
    for (const task of again) task.state = 'waiting';
    job.reruns.push(which);
    job.startedAt = this.#now();
    job.changedAt = job.startedAt;
    job.status = 'InProgress';
  }

  /** Lets every job do what it should have done by now. */
  advance(): void {
    for (const job of [...this.#jobs]) if (isRunning(job)) this.#move(job, this.#now());
  }

  #move(job: HostedJob, now: number): void {
    const { fate, tasks } = job;
    const share = (now - job.startedAt) / this.#runMs;
    if (job.reruns.length === 0 && share < SUBMITTED_SHARE) return;
    job.status = 'InProgress';
    if (fate === 'isLost' && share >= UNLUCKY_SHARE) this.#jobs.splice(this.#jobs.indexOf(job), 1);
    const reached = fate === 'neverEnds' ? UNLUCKY_SHARE : Math.min(1, share);
    for (const [index, task] of tasks.slice(0, Math.floor(tasks.length * reached)).entries()) {
      if (task.state !== 'waiting') continue;
      job.changedAt = now;
      if (meetsError(job, index)) task.state = 'error';
      else this.#work(job, task, now);
    }
    if (tasks.some(({ state }) => state === 'waiting')) return;
    const failed = tasks.filter(({ state }) => state === 'error').length;
    const whole = failed === tasks.length ? 'Error' : 'PartialError';
    this.#end(job, failed === 0 ? 'DONE' : whole, now);
  }

  #work(job: HostedJob, task: Task, at: number): void {
    const { service, type, mergeBundle, replaceTiles } = job;
    task.state = 'done';
    if (type === 'CacheDelete') {
      for (const tile of task.tiles) this.#tiles.remove(service, tile);
      return;
    }
    const [first] = task.tiles;
    if (!mergeBundle) {
      for (const tile of this.#tiles.addresses(service)) {
        if (first && bundleOf(tile) === bundleOf(first)) this.#tiles.remove(service, tile);
      }
    }
    const made = task.tiles.filter((tile) => replaceTiles || !this.#tiles.peek(service, tile));
    for (const tile of made) this.#tiles.put(service, tile, at);
    task.made = made.length;
    this.tilesPaid += made.length;
  }

  #end(job: HostedJob, status: HostedJob['status'], at: number): void {
    job.status = status;
    job.changedAt = at;
  }
}

export function isRunning({ status }: HostedJob): boolean {
  return status === 'SUBMITTED' || status === 'InProgress';
}

function meetsError({ fate, reruns, tasks }: HostedJob, index: number): boolean {
  if (fate === 'fails') return true;
  const isLast = index === tasks.length - 1;
  return isLast && (fate === 'staysPartly' || (fate === 'partly' && reruns.length === 0));
}

function bundleOf({ level, row, col }: TileAddress): string {
  return `${level}/${Math.floor(row / BUNDLE_TILES)}/${Math.floor(col / BUNDLE_TILES)}`;
}

function tasksOf(tiles: TileAddress[]): Task[] {
  const bundles = Map.groupBy(tiles, bundleOf);
  return [...bundles.values()].map((inBundle) => ({
    level: inBundle[0]?.level ?? 0,
    tiles: inBundle,
    state: 'waiting',
    made: 0,
  }));
}
