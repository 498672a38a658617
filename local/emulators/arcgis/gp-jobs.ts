import { randomBytes } from 'node:crypto';
import { Refusal } from './replies.ts';
import type { TileAddress } from './tile-scheme.ts';

/** The states of a job, as the server spells them. */
export type JobStatus =
  `esriJob${'Submitted' | 'Waiting' | 'Executing' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Cancelling' | 'Cancelled' | 'Deleted'}`;

/** How a job is to end; tests choose it, `succeeds` is the rule. */
export type JobFate = 'succeeds' | 'fails' | 'timesOut' | 'neverEnds' | 'isDeleted' | 'isLost';

/** A line of a job's log. */
interface JobMessage {
  type: 'esriJobMessageTypeInformative' | 'esriJobMessageTypeWarning' | 'esriJobMessageTypeError';
  description: string;
}

/** What a job does while it executes, in steps of equal length. */
export interface Work {
  steps: number;
  /** The tiles of a service (`Folder/Name.Type`) that it makes or removes, one in a step. */
  tiles?: { service: string; todo: readonly TileAddress[]; makes: boolean };
  /** May return a line for the log. */
  apply(step: number, at: number): string | undefined;
  /** Returns the last line of the log. */
  finish(at: number): string;
}

/** A geoprocessing job; tests may set its fate until it has ended. */
export interface GpJob {
  readonly id: string;
  /** `System/CachingTools.GPServer` */
  readonly service: string;
  /** `Manage Map Cache Tiles` */
  readonly task: string;
  readonly inputs: Record<string, string>;
  readonly submittedBy: string;
  readonly submittedAt: number;
  status: JobStatus;
  percent: number;
  messages: JobMessage[];
  endedAt: number | undefined;
  fate: JobFate;
  /** Once it executes. */
  readonly work: Work | undefined;
  /** How many steps of its work are done. */
  readonly applied: number;
}

interface RunningJob extends GpJob {
  start: () => Work;
  work: Work | undefined;
  applied: number;
  cancelledAt: number | undefined;
}

/** Of the time before it executes. */
const SUBMITTED_SHARE = 0.5;
const WAITING_SHARE = 0.2;
const CANCELLING_SHARE = 0.1;
const STEPS_THAT_DOUBLE_THE_TIME = 1000;
const UNLUCKY_SHARE = 0.5;
const PROGRESS_REFRESH_MS = 5000;
const PROGRESS_STEPS_AT_LEAST = 5;
const RETENTION_MS = 6 * 60 * 60 * 1000;

/** All jobs of the site; they move when someone looks, as far as the clock allows. */
export class GpJobs {
  /** The fates of the next jobs, first come first served. */
  readonly nextFates: JobFate[] = [];
  readonly #jobs: RunningJob[] = [];
  readonly #now: () => number;
  readonly #baseMs: number;
  readonly #waitingShare: number;

  constructor(settings: { now: () => number; jobSeconds: number; waitingShare?: number }) {
    this.#now = settings.now;
    this.#baseMs = Math.max(1, settings.jobSeconds * 1000);
    this.#waitingShare = settings.waitingShare ?? WAITING_SHARE;
  }

  /** Every job, the oldest first. */
  list(): readonly GpJob[] {
    this.advance();
    return this.#jobs;
  }

  /** Takes a job in. */
  submit(job: Pick<GpJob, 'service' | 'task' | 'inputs' | 'submittedBy'> & { start: () => Work }): GpJob {
    const running: RunningJob = {
      ...job,
      id: `j${randomBytes(16).toString('hex')}`,
      submittedAt: this.#now(),
      status: 'esriJobSubmitted',
      percent: 0,
      messages: [{ type: 'esriJobMessageTypeInformative', description: 'Submitted.' }],
      endedAt: undefined,
      fate: this.nextFates.shift() ?? 'succeeds',
      work: undefined,
      applied: 0,
      cancelledAt: undefined,
    };
    this.#jobs.push(running);
    return running;
  }

  /** The job of a service with this id, as it is now. */
  find(service: string, id: string): GpJob | undefined {
    this.advance();
    return this.#jobs.find((job) => job.service === service && job.id === id);
  }

  /** Asks a job to stop; the tiles that it has written stay. */
  cancel(wanted: GpJob, from: readonly JobStatus[]): void {
    this.advance();
    const job = this.#jobs.find(({ id }) => id === wanted.id);
    if (!job || !from.includes(job.status)) throw new Refusal(400, 'Invalid or missing input parameters.');
    job.cancelledAt = this.#now();
    job.status = 'esriJobCancelling';
    say(job, 'Cancelling...');
  }

  /** Forgets a job, as the server does when its record is removed. */
  forget({ id }: GpJob): void {
    const index = this.#jobs.findIndex((job) => job.id === id);
    if (index >= 0) this.#jobs.splice(index, 1);
  }

  /** Lets every job do what it should have done by now. */
  advance(): void {
    const now = this.#now();
    for (const job of [...this.#jobs]) {
      if (job.endedAt === undefined) this.#move(job, now);
      else if (now - job.endedAt > RETENTION_MS) this.forget(job);
    }
  }

  #move(job: RunningJob, now: number): void {
    const executingAt = job.submittedAt + this.#baseMs * this.#waitingShare;
    const until = Math.min(now, job.cancelledAt ?? now);
    if (until >= executingAt) this.#execute(job, executingAt, until);
    else if (
      job.cancelledAt === undefined &&
      until >= job.submittedAt + this.#baseMs * this.#waitingShare * SUBMITTED_SHARE
    ) {
      job.status = 'esriJobWaiting';
    }
    if (job.cancelledAt === undefined || job.endedAt !== undefined) return;
    const cancelledAt = job.cancelledAt + this.#baseMs * CANCELLING_SHARE;
    if (now >= cancelledAt) end(job, 'esriJobCancelled', cancelledAt, 'Cancel complete.');
  }

  #execute(job: RunningJob, executingAt: number, until: number): void {
    if (!job.work) {
      job.status = job.cancelledAt === undefined ? 'esriJobExecuting' : job.status;
      say(job, 'Executing...');
      try {
        job.work = job.start();
      } catch (error) {
        fail(job, executingAt, error instanceof Error ? error.message : String(error));
        return;
      }
    }
    const { work } = job;
    const duration = this.#baseMs * (1 - this.#waitingShare) * (1 + work.steps / STEPS_THAT_DOUBLE_THE_TIME);
    const share = Math.min(1, (until - executingAt) / duration, job.fate === 'succeeds' ? 1 : UNLUCKY_SHARE);
    const endsAt = executingAt + duration * share;
    for (; job.applied < Math.floor(work.steps * share); job.applied += 1) {
      say(job, work.apply(job.applied, executingAt + (duration * (job.applied + 1)) / work.steps));
    }
    job.percent = refreshedPercent(share, duration);
    if (share === 1) end(job, 'esriJobSucceeded', endsAt, work.finish(endsAt), 'Succeeded.');
    else if (share === UNLUCKY_SHARE && job.fate !== 'succeeds') this.#meetFate(job, endsAt);
  }

  #meetFate(job: RunningJob, at: number): void {
    if (job.fate === 'fails') fail(job, at, 'ERROR 001470: Failed to retrieve the job status from the server.');
    if (job.fate === 'timesOut') end(job, 'esriJobTimedOut', at, 'Timed out.');
    if (job.fate === 'isDeleted') end(job, 'esriJobDeleted', at);
    if (job.fate === 'isLost') this.forget(job);
  }
}

function refreshedPercent(share: number, durationMs: number): number {
  const refresh = Math.min(PROGRESS_REFRESH_MS / durationMs, 1 / PROGRESS_STEPS_AT_LEAST);
  return Math.round(Math.floor(share / refresh + 1e-9) * refresh * 100);
}

function say(job: GpJob, description: string | undefined): void {
  if (description) job.messages.push({ type: 'esriJobMessageTypeInformative', description });
}

function end(job: GpJob, status: JobStatus, at: number, ...lines: string[]): void {
  job.status = status;
  job.endedAt = at;
  for (const line of lines) say(job, line);
}

function fail(job: GpJob, at: number, reason: string): void {
  job.messages.push({ type: 'esriJobMessageTypeError', description: reason });
  end(job, 'esriJobFailed', at, 'Failed.');
}
