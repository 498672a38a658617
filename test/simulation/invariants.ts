import type { Execution } from '../../local/execution.ts';
import type { LedgerEntry } from '../../local/ledger.ts';
import { errorNames, isErrorName } from '../../shared/errors.ts';
import { RASTERS_NAME } from '../../shared/jobs/started-by.ts';
import type { Evidence, StartedRun } from './simulate.ts';
import type { SubmittedJob } from './world.ts';

const MINUTE_MS = 60_000;
/** How long a service stays claimed after a submit whose outcome is not known. */
const SUBMIT_LEASE_MS = 30 * MINUTE_MS;
const FINAL = ['succeeded', 'partly', 'failed', 'cancelled', 'stopped', 'submitted', 'uncertain'];
/** What a run says of a job that was not found: of those that have ended the server tells nothing. */
const MAY_HAVE_COME_AND_GONE = 'one that was submitted all the same has ended by itself';
/** Ends that may be followed by what became of the run's job. */
const MAY_FOLLOW: Record<string, readonly string[]> = {
  failed: ['cancelled', 'stopped', 'uncertain'],
  uncertain: ['cancelled', 'stopped'],
};

/** What must hold, whatever goes wrong. */
export const INVARIANTS: readonly [string, string][] = [
  ['I1', 'at most one job of ours runs on a service'],
  ['I2', 'every start ends once, and its entry agrees'],
  ['I3', 'every stop ends without a job, or with an alarm'],
  ['I4', 'new rasters are covered by a refresh that was submitted after them, or their run does not succeed'],
  ['I5', 'ledger and server agree: on what succeeded, and on every job, or the run says that it is uncertain'],
  ['I6', 'nobody stands in the queue afterwards, and the next run gets the service'],
  ['I7', 'a run ends by one of the named errors'],
  ['I8', 'the end of every run is told'],
];

/** What does not hold in a seed, each with the number of its invariant. */
export function violationsIn(evidence: Evidence): string[] {
  return [
    ...oneJobAtATime(evidence),
    ...everyStartEndsOnce(evidence),
    ...stopsLeaveNoJob(evidence),
    ...refreshesCoverTheirStart(evidence),
    ...successIsTheServers(evidence),
    ...everyJobIsKnown(evidence),
    ...nobodyStandsInTheQueue(evidence),
    ...endsByNamedErrors(evidence),
    ...everyEndIsTold(evidence),
  ];
}

function entryOf(
  { entries }: Evidence,
  { operation, name }: { operation: string; name: string },
): LedgerEntry | undefined {
  return entries.find((entry) => entry['operation'] === operation && entry['name'] === name);
}

function endOf({ job, forgottenAt }: SubmittedJob): number {
  return job.endedAt ?? forgottenAt ?? Number.POSITIVE_INFINITY;
}

/** Whether the run has said that nobody knows whether its job runs. */
function saidSo(entry: LedgerEntry | undefined): boolean {
  return entry?.['status'] === 'uncertain' || entry?.['error'] === 'SubmitUncertainError';
}

function oneJobAtATime(evidence: Evidence): string[] {
  const { jobs } = evidence.world;
  return jobs.flatMap((one, index) =>
    jobs.slice(index + 1).flatMap((later) => {
      const [entry, other] = [entryOf(evidence, one.run), entryOf(evidence, later.run)];
      if (entry?.['service'] !== other?.['service'] || later.job.submittedAt >= endOf(one)) return [];
      const isAllowed =
        saidSo(entry) &&
        later.job.submittedAt - Date.parse(String(entry?.['submittingAt'])) >= SUBMIT_LEASE_MS - MINUTE_MS;
      if (isAllowed) return [];
      return [
        `I1 jobs of ${one.run.name} (${entry?.['status']} ${entry?.['error']}) and ${later.run.name} run at once on ${entry?.['service']}`,
      ];
    }),
  );
}

function everyStartEndsOnce(evidence: Evidence): string[] {
  const { runs, probes } = evidence;
  const executions = [...runs.flatMap(({ execution }) => execution ?? []), ...probes.map(({ execution }) => execution)];
  return executions.flatMap((execution) => endsOnce(evidence, execution));
}

function endsOnce(evidence: Evidence, execution: Execution): string[] {
  const { world } = evidence;
  const { machine: operation, name, status } = execution;
  const key = { operation, name };
  if (world.endless.has(execution)) return [`I2 ${name} does not end`];
  const entry = entryOf(evidence, key);
  // Nobody knows of a run that has ended before it was entered, and whose end nobody was told.
  if (entry === undefined) return world.silent.has(execution) ? [] : [`I2 ${name} has no entry`];
  const last = String(entry['status']);
  const wrong = endsMoreThanOnce(world, key);
  return [
    ...(FINAL.includes(last) && entry['open'] === undefined && entry['finishedAt'] !== undefined
      ? []
      : [`I2 the entry of ${name} (${status} ${execution.error}) is ${last}`]),
    ...(wrong === undefined ? [] : [`I2 ${name} ended more than once: ${wrong}`]),
    ...(agrees(execution, entry)
      ? []
      : [`I2 ${name} is ${status} ${execution.error}, its entry ${last} ${entry['error']}`]),
  ];
}

/** The ends that were written for a run, where one of them may not follow the one before. */
function endsMoreThanOnce(
  { statuses }: Evidence['world'],
  run: { operation: string; name: string },
): string | undefined {
  const written = statuses
    .filter(({ operation, name, status }) => operation === run.operation && name === run.name && FINAL.includes(status))
    .map(({ status }) => status);
  const isWrong = written.some((status, index) => index > 0 && !MAY_FOLLOW[written[index - 1] ?? '']?.includes(status));
  return isWrong ? written.join(', ') : undefined;
}

function agrees({ status, error }: Execution, { status: word, error: said }: LedgerEntry): boolean {
  if (status === 'SUCCEEDED') return word === 'succeeded' || word === 'partly' || word === 'submitted';
  if (status !== 'FAILED') return true;
  if (word === 'failed') return said === error || error === 'AwsUnavailableError';
  // AWS failed, and what the run had started was cleaned up after.
  return error === 'AwsUnavailableError' || error === 'JobTimedOutError' || error === 'SubmitUncertainError'
    ? word !== 'succeeded' || error === 'AwsUnavailableError'
    : false;
}

function stopsLeaveNoJob(evidence: Evidence): string[] {
  const { runs, world, plan } = evidence;
  const isCleanedUpAfter = ({ execution }: StartedRun) =>
    execution !== undefined &&
    (execution.status === 'ABORTED' ||
      execution.error === 'AwsUnavailableError' ||
      execution.error === 'JobTimedOutError');
  return runs.filter(isCleanedUpAfter).flatMap(({ execution }) => {
    const { machine: operation = '', name = '' } = execution ?? {};
    const cleaned = world.stateMachines.executions.filter(
      (one) => one.machine === 'cancel-run' && one.status === 'SUCCEEDED' && one.input.includes(name),
    );
    // Over when the last that cleaned up after the run said that it is.
    const until =
      Math.max(execution?.stoppedAt ?? 0, ...cleaned.map(({ stoppedAt = 0 }) => stoppedAt)) + plan.serverSkewMs;
    const running = world.jobs.filter(
      (job) => job.run.operation === operation && job.run.name === name && endOf(job) > until,
    );
    if (running.length === 0) return [];
    const entry = entryOf(evidence, { operation, name });
    const alarms = world.stateMachines.executions.filter(
      (one) => one.machine === 'cancel-run' && one.status === 'FAILED' && one.input.includes(name),
    );
    if (entry?.['status'] === 'uncertain' && alarms.length > 0) return [];
    return [
      `I3 ${name} (${execution?.status} ${execution?.error}, entry ${entry?.['status']} ${entry?.['error']}) left job ${running.map(({ job }) => job.status).join()} running`,
    ];
  });
}

function refreshesCoverTheirStart(evidence: Evidence): string[] {
  const { runs, world, plan } = evidence;
  return runs.flatMap(({ execution }) => {
    if (execution?.machine !== 'refresh-service' || execution.status !== 'SUCCEEDED') return [];
    // Version 0.1.0 promised it for new rasters alone.
    const isPresent = execution.startedAt >= world.beginsAt + (plan.deployedAt ?? 0) * 1000;
    if (!isPresent && !execution.name.startsWith(RASTERS_NAME)) return [];
    const { jobId } = Object(execution.output);
    const job = world.jobs.find((one) => one.job.id === jobId)?.job;
    const submittedAt = (job?.submittedAt ?? 0) - plan.serverSkewMs;
    return submittedAt >= execution.startedAt
      ? []
      : [`I4 ${execution.name} ended by a refresh submitted ${execution.startedAt - submittedAt} ms before its start`];
  });
}

function successIsTheServers(evidence: Evidence): string[] {
  const { entries, world } = evidence;
  return entries.flatMap(({ status, result, name }) => {
    if (status !== 'succeeded' || result === undefined) return [];
    const { jobId } = JSON.parse(String(result));
    if (jobId === undefined) return [];
    const job = world.jobs.find((one) => one.job.id === jobId)?.job;
    return job?.status === 'esriJobSucceeded' ? [] : [`I5 ${name} succeeded, its job is ${job?.status}`];
  });
}

function everyJobIsKnown(evidence: Evidence): string[] {
  const { entries, world } = evidence;
  const known = new Set(entries.map(({ jobId }) => jobId));
  return world.jobs.flatMap((one) => {
    const entry = entryOf(evidence, one.run);
    const hasSaid = saidSo(entry) || String(entry?.['cause']).includes(MAY_HAVE_COME_AND_GONE);
    if (known.has(one.job.id) || hasSaid) return [];
    return [`I5 job of ${one.run.name} is not in its entry, which is ${entry?.['status']} ${entry?.['error']}`];
  });
}

function nobodyStandsInTheQueue(evidence: Evidence): string[] {
  const { entries, probes } = evidence;
  const standing = entries.filter(({ waitingFor }) => waitingFor !== undefined);
  return [
    ...standing.map(({ name, status }) => `I6 ${name} (${status}) stands in the queue`),
    ...probes.flatMap(({ execution, service, askedAt }) => {
      const entry = entryOf(evidence, { operation: execution.machine, name: execution.name });
      const waitedMs = Date.parse(String(entry?.['submittingAt'])) - askedAt;
      const limit = limitFor(evidence, service);
      return waitedMs <= limit
        ? []
        : [
            `I6 the next run waited ${Math.round(waitedMs / MINUTE_MS)} minutes for ${service}, not ${limit / MINUTE_MS}`,
          ];
    }),
  ];
}

/** The next run gets a service at once, unless a run ended without a word, or may have left a job. */
function limitFor(evidence: Evidence, service: string): number {
  const onService = evidence.entries.filter((entry) => entry['service'] === service);
  const last = onService.filter(({ error }) => error !== undefined);
  const isUnsaid = last.some(
    ({ error }) =>
      isErrorName(String(error)) &&
      ['VendorAuthError', 'VendorContractError', 'JobTimedOutError', 'InvalidSecretError'].includes(String(error)),
  );
  if (isUnsaid) return 13.5 * 60 * MINUTE_MS;
  // The event was lost, and the hourly sweep leaves alone what is younger than half an hour.
  const isSilent = [...evidence.world.silent].some(
    ({ machine, name, status }) =>
      status !== 'SUCCEEDED' && onService.some((one) => one['operation'] === machine && one['name'] === name),
  );
  return isSilent ? 100 * MINUTE_MS : 32 * MINUTE_MS;
}

function endsByNamedErrors(evidence: Evidence): string[] {
  const { stateMachines, mistakes } = evidence.world;
  const names: string[] = errorNames();
  const ends = stateMachines.executions
    .filter(({ parent, status }) => parent === undefined && status === 'FAILED')
    .filter(({ error }) => !names.includes(error ?? ''))
    .map(({ machine, name, error, cause }) => `I7 ${machine} ${name} ended by ${error}: ${cause?.slice(0, 300)}`);
  return [...ends, ...mistakes.map((mistake) => `I7 ${mistake}`)];
}

/** An event may be sent twice, where the answer to the first was lost, and is told apart by its run. */
function everyEndIsTold({ entries, world }: Evidence): string[] {
  const ends = world.events.filter((event) => event['detail-type'] === 'Run Ended');
  const told = new Set(ends.map(({ detail }) => Object(detail).run));
  return entries.flatMap(({ operation, name, startedAt, finishedAt, open }) => {
    if (startedAt === undefined || finishedAt === undefined) return [];
    const run = `${operation}/${name}`;
    return told.has(run) && open === undefined ? [] : [`I8 the end of ${run} was not told (${open})`];
  });
}
