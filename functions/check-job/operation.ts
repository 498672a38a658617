import * as z from 'zod/mini';
import { checkJob } from '../../shared/arcgis/geoprocessing.ts';
import {
  JobCancelledError,
  JobFailedError,
  JobLostError,
  JobTimedOutError,
  VendorBusyError,
  VendorContractError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../../shared/errors.ts';
import { type JobReference, type Watch, watchSchema } from '../../shared/jobs/job-reference.ts';
import { type JobState, lastMessages } from '../../shared/jobs/job-state.ts';
import {
  leaseUntil,
  nextWaitSeconds,
  POLLS_PER_WINDOW,
  submitLeaseUntil,
  watchingCost,
} from '../../shared/jobs/poll-policy.ts';
import { log } from '../../shared/lambda/log.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

const clockEventSchema = z.strictObject({ clock: z.strictObject({ since: z.iso.datetime() }) });

/**
 * One poll of a watched job: the next watch while it runs, the operation's result when it has succeeded. Asked for the
 * `clock` it tells the times that a state machine cannot reckon itself.
 *
 * @throws JobFailedError, JobTimedOutError, JobCancelledError, JobLostError
 */
export async function checkWatchedJob(event: unknown, run: Run) {
  const clockEvent = clockEventSchema.safeParse(event);
  if (clockEvent.success) return clock(clockEvent.data.clock.since);
  const watch = parseInput('check-job', watchSchema, event);
  const state = await stateOf(watch, run);
  if (state.outcome === 'succeeded') return resultOf(watch, state);
  if (state.outcome !== 'running') throw jobError(watch.job, state.outcome, state);
  if (Date.now() < Date.parse(watch.deadline)) return nextWatch(watch, state);
  throw jobError(watch.job, 'past its deadline', state);
}

/** More than the longest wait between two looks of a run that waits for its turn. */
const LONG_AGO_MS = 10 * 60_000;

function clock(since: string) {
  const now = Date.now();
  const waitSeconds = nextWaitSeconds(secondsSince(since));
  const longAgo = new Date(now - LONG_AGO_MS).toISOString();
  return { now: new Date(now).toISOString(), longAgo, leaseUntil: submitLeaseUntil(now), waitSeconds };
}

/**
 * A server that is down or busy says nothing of the job: it is asked again until the deadline. So is one whose answer
 * makes no sense, a restarting web adaptor's for example, but not for ever: three polls in a row are its end.
 */
async function stateOf(
  { job, jobStatus, oddAnswers = 0 }: Watch,
  run: Run,
): Promise<JobState & { oddAnswers?: number }> {
  try {
    const site = await openSite(job.target, run);
    const state = await checkJob(site, job);
    if (!state.isKnown) {
      log('warn', 'a job state that is not known: taken for running', { jobId: job.jobId, jobStatus: state.jobStatus });
    }
    return state;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isDown = isServerDown(error);
    const odd = oddAnswers + 1;
    if (!isDown && (!isOdd(error) || odd >= MAX_ODD_ANSWERS)) throw error;
    log('warn', 'the job could not be asked for', { jobId: job.jobId, error: error.name, reason: error.message });
    const messages: JobState['messages'] = [{ type: 'error', text: error.message }];
    return { jobStatus, outcome: 'running', isKnown: true, messages, ...(isDown ? {} : { oddAnswers: odd }) };
  }
}

const MAX_ODD_ANSWERS = 3;

/** Also a failure of the server itself, code 500 or a page with HTTP 5xx: nothing is said of the job. */
function isServerDown(error: Error): boolean {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return true;
  return error instanceof VendorRejectedError && Number(String(error.code).replace('HTTP ', '')) >= 500;
}

function isOdd(error: Error): boolean {
  if (error instanceof VendorContractError) return true;
  return error instanceof VendorRejectedError && /^HTTP/.test(String(error.code));
}

function nextWatch(
  { percent: _percent, oddAnswers: _oddAnswers, ...watch }: Watch,
  { jobStatus, percent, oddAnswers }: JobState & { oddAnswers?: number },
): Watch {
  const now = Date.now();
  const elapsedSeconds = secondsSince(watch.job.submittedAt);
  const polls = watch.polls + 1;
  return {
    ...watch,
    status: polls % POLLS_PER_WINDOW === 0 ? 'handover' : 'running',
    polls,
    waitSeconds: nextWaitSeconds(elapsedSeconds, percent),
    leaseUntil: leaseUntil(now, elapsedSeconds),
    watchingCost: watchingCost(polls),
    jobStatus,
    ...(percent === undefined ? {} : { percent }),
    ...(oddAnswers === undefined ? {} : { oddAnswers }),
  };
}

/** The operation's result, beside what only the ledger is told. */
function resultOf({ job, polls, notes }: Watch, { messages, outputUrl }: JobState) {
  const { operation, target, service, jobId, submittedAt } = job;
  const result = {
    operation,
    target,
    service,
    jobId,
    status: 'succeeded',
    submittedAt,
    finishedAt: new Date().toISOString(),
    elapsedSeconds: secondsSince(submittedAt),
    polls: polls + 1,
    ...(outputUrl === undefined ? {} : { outputUrl }),
    messages: lastMessages(messages),
    ...(notes === undefined ? {} : { notes }),
  };
  return { status: 'succeeded', polls: polls + 1, watchingCost: watchingCost(polls + 1), result };
}

function secondsSince(time: string): number {
  return Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
}

const NEXT_STEPS = {
  failed: 'Read the messages, mend the cause on the server, and start the operation again.',
  'timed-out':
    'Raise the maximum usage time of the geoprocessing service, or give the job fewer scales or a smaller area.',
  'past its deadline':
    'It is being cancelled on the server. Raise maxDuration in the settings, or give the job fewer scales or a smaller area.',
  cancelled:
    'Somebody cancelled it on the server; what was done until then is kept. Start it again if it is still wanted.',
  lost: 'Look at the service before you start it again: the job may have done its work.',
};

const ERRORS = {
  failed: JobFailedError,
  'timed-out': JobTimedOutError,
  'past its deadline': JobTimedOutError,
  cancelled: JobCancelledError,
  lost: JobLostError,
};

function jobError(job: JobReference, outcome: keyof typeof ERRORS, { jobStatus, messages }: JobState): Error {
  const { operation, service, target, jobId } = job;
  const end = outcome === 'past its deadline' ? `was still ${jobStatus} at its deadline` : `ended as ${jobStatus}`;
  const said = lastMessages(messages).map(({ type, text }) => `${type}: ${text}`);
  return new ERRORS[outcome](
    `${operation}: job ${jobId} of ${service} on target "${target}" ${end}. ${NEXT_STEPS[outcome]} Its last messages: ${said.length === 0 ? 'none' : said.join(' | ')}`,
  );
}
