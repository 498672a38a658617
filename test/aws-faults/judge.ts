import { operations } from '../../infra/operations.ts';
import type { GpJob } from '../../local/emulators/arcgis/gp-jobs.ts';
import type { Execution } from '../../local/execution.ts';
import type { LedgerEntry } from '../../local/ledger.ts';
import { errorNames } from '../../shared/errors.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { RENEWAL, renewals } from '../support/raster-runs.ts';
import type { Fault } from './faults.ts';
import type { Scenario, Seen } from './scenario.ts';

/** The partitions that hold runs; others hold claims, places and plans. */
const OPERATIONS = new Set([...operations.map(({ name }) => name), RENEWAL]);
const WITHOUT_ENTRY = ['start-scheduled-job', 'pause-site'];
const FINAL = ['succeeded', 'partly', 'failed', 'cancelled', 'stopped', 'submitted', 'uncertain'];

/** What must hold after every cell: nothing was submitted twice, no job runs unwatched, every end has a name. */
export async function judge(
  platform: JobPlatform,
  scenario: Scenario,
  { executions, seen, fault }: { executions: readonly Execution[]; seen: Seen; fault: Fault | undefined },
): Promise<{ ends: string[]; problems: string[] }> {
  const entries = await platform.ledger.entries();
  const jobs = platform.emulator.jobs.list();
  const runs = entries.filter((entry) => OPERATIONS.has(String(entry['operation'])));
  const { executions: all } = platform.stateMachines;
  // A run for rasters that AWS has ended is followed by another one, which does all of the work.
  const most = scenario.jobs * Math.max(1, renewals(platform).length);
  const problems = [
    ...(jobs.length > most ? [`${jobs.length} jobs were submitted, not ${most}`] : []),
    ...all.filter(({ parent }) => parent === undefined).flatMap(endsByName),
    ...[...executions, ...renewals(platform)].flatMap((execution) => entryAgrees(execution, entries)),
    ...runs.flatMap((entry) => isOver(entry, all)),
    ...jobs.flatMap((job) => isWatchedOrCancelled(job, runs, all)),
    ...entries.filter(({ operation }) => operation === 'claim').flatMap((claim) => isFree(claim, runs)),
    ...((await scenario.check?.(platform, seen, fault)) ?? []),
  ];
  return { ends: runs.map(({ status, error }) => [status, error].filter(Boolean).join(' ')), problems };
}

function endsByName({ machine, name, status, error, cause }: Execution): string[] {
  if (status === 'RUNNING' || status === 'TIMED_OUT') return [`${machine} ${name} is ${status}`];
  const names: string[] = errorNames();
  // What starts a run is no run: its caller, the scheduler, has a queue for what failed, and an alarm on it. Nor is a
  // pause, whose end the person sees who asked for it.
  if (WITHOUT_ENTRY.includes(machine) || status !== 'FAILED' || names.includes(error ?? '')) return [];
  return [`${machine} ended by ${error}: ${cause?.slice(0, 200)}`];
}

/** What the execution said of its end is what the ledger says. */
function entryAgrees({ machine, name, status, error, history }: Execution, entries: readonly LedgerEntry[]): string[] {
  if (WITHOUT_ENTRY.includes(machine)) return [];
  const entry = entries.find((one) => one['operation'] === machine && one['name'] === name);
  if (entry === undefined) return history.includes('Prepare') ? [`${name} has no entry`] : [];
  const word = String(entry['status']);
  if (status === 'SUCCEEDED' && !['succeeded', 'submitted', 'partly'].includes(word)) {
    return [`${name} succeeded, its entry is ${word} ${entry['error']}`];
  }
  if (status === 'FAILED' && word === 'succeeded' && error !== 'AwsUnavailableError') {
    return [`${name} failed by ${error}, its entry succeeded`];
  }
  return [];
}

/** The entry has its last word; `uncertain` has an alarm. */
function isOver({ name, status, open, finishedAt, waitingFor }: LedgerEntry, all: readonly Execution[]): string[] {
  if (open !== undefined || finishedAt === undefined || waitingFor !== undefined || !FINAL.includes(String(status))) {
    return [`the entry of ${name} is ${status}${waitingFor === undefined ? '' : ' and stands in the queue'}`];
  }
  const isAlarmed = all.some((one) => one.status === 'FAILED' && `${one.name} ${one.input}`.includes(String(name)));
  return status === 'uncertain' && !isAlarmed ? [`${name} is uncertain, and no alarm tells it`] : [];
}

/** Its run saw its end, or it was cancelled by the time when all that cleans up had ended. */
function isWatchedOrCancelled(job: GpJob, runs: readonly LedgerEntry[], all: readonly Execution[]): string[] {
  const entry = runs.find(({ jobId }) => jobId === job.id);
  if (entry === undefined) {
    const isSaid = runs.some(
      ({ status, error }) => status === 'uncertain' || status === 'stopped' || error === 'SubmitUncertainError',
    );
    return isSaid ? [] : [`job ${job.status} is in no entry`];
  }
  if (entry['status'] === 'uncertain') return [];
  if (entry['status'] === 'submitted') {
    return job.status === 'esriJobCancelled'
      ? [`the job of ${entry['name']} was only to be submitted, and is cancelled`]
      : [];
  }
  if (job.endedAt === undefined) return [`the job of ${entry['name']} is ${job.status}, its entry ${entry['status']}`];
  if (entry['status'] === 'succeeded') {
    return job.status === 'esriJobSucceeded' ? [] : [`${entry['name']} succeeded, its job is ${job.status}`];
  }
  const about = all.filter(({ parent, ...one }) => parent === undefined && isAbout(one, entry));
  const until = Math.max(...about.map(({ stoppedAt = 0 }) => stoppedAt));
  return job.endedAt > until ? [`the job of ${entry['name']} (${entry['status']}) ran on to ${job.status}`] : [];
}

/** Who cleans up after a run that others are part of does so for those, too. */
function isAbout({ name, input }: Pick<Execution, 'name' | 'input'>, { name: run, parent }: LedgerEntry): boolean {
  const [, whole] = String(parent ?? '').split('/');
  return [run, whole].some((each) => each !== undefined && `${name} ${input}`.includes(String(each)));
}

function isFree({ releasedAt, holder, leaseUntil }: LedgerEntry, runs: readonly LedgerEntry[]): string[] {
  if (releasedAt !== undefined) return [];
  const run = runs.find(({ name }) => name === holder);
  const isDoubted = run?.['status'] === 'uncertain' || run?.['error'] === 'SubmitUncertainError';
  // A lost release is passed by when the lease has run out.
  return isDoubted || leaseUntil !== undefined ? [] : [`the service is held by ${holder}, which is ${run?.['status']}`];
}
