import * as z from 'zod/mini';
import {
  JobCancelledError,
  JobFailedError,
  JobLostError,
  JobTimedOutError,
  PartialFailureError,
} from '../../shared/errors.ts';
import { type JobReference, type Watch, watchSchema } from '../../shared/jobs/job-reference.ts';
import { type JobState, lastMessages, problemsNote } from '../../shared/jobs/job-state.ts';
import {
  callCost,
  leaseUntil,
  nextWaitSeconds,
  POLLS_OF_YOUNG_JOB,
  POLLS_PER_WINDOW,
  pauseSeconds,
  submitLeaseUntil,
} from '../../shared/jobs/poll-policy.ts';
import type { Operation, Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import { type Proven, provenTiles } from '../../shared/lambda/proven-tiles.ts';
import { goodEnd } from '../../shared/ledger/transitions.ts';
import { type Answer, askForJob } from './ask-for-job.ts';

const clockEventSchema = z.strictObject({ clock: z.strictObject({ since: z.iso.datetime() }) });

/** How time passes between two polls by one call of the function. */
export type Pause = (seconds: number) => Promise<void>;

/**
 * One look at a watched job: the next watch while it runs, the operation's result when it has succeeded. Asked for the
 * `clock` it tells the times that a state machine cannot reckon itself.
 *
 * @throws JobFailedError, JobTimedOutError, JobCancelledError, JobLostError, PartialFailureError
 */
export function jobWatcher(pause: Pause): Operation {
  return async (event, run) => {
    const clockEvent = clockEventSchema.safeParse(event);
    if (clockEvent.success) return clock(clockEvent.data.clock.since);
    const watch = parseInput('check-job', watchSchema, event);
    const look = await lookAtJob(watch, run, pause);
    const { outcome } = look.state;
    if (outcome === 'succeeded') {
      const last = await withOutput(look, watch, run, pause);
      return resultOf(watch, last, await provenTiles(watch.job.target, watch.samples, run));
    }
    if (outcome !== 'running') throw jobError(watch.job, outcome, look.state);
    if (Date.now() < Date.parse(watch.deadline)) return nextWatch(watch, look);
    const error = jobError(watch.job, 'past its deadline', look.state);
    // A machine of 0.1.0 ends by it, and the event of that end has the job cancelled.
    if (watch.run === undefined) throw error;
    return overdue(watch, look, error);
  };
}

interface Look extends Answer {
  polls: number;
  pausedSeconds: number;
}

/** Asks for a young job until it is over, no longer young, or its state is not told; for any other once. */
async function lookAtJob(watch: Watch, run: Run, pause: Pause): Promise<Look> {
  let pausedSeconds = 0;
  for (let polls = 1; ; polls += 1) {
    const answer = await askForJob(watch, run);
    const seconds = pauseSeconds((Date.now() - Date.parse(watch.job.submittedAt)) / 1000);
    const { outcome, rerun } = answer.state;
    // What is told of a rerun must be kept before the job is asked again.
    const isNews = outcome !== 'running' || rerun?.sentAt !== watch.rerun?.sentAt || rerun?.seen !== watch.rerun?.seen;
    const isLast = !answer.isTold || isNews || polls >= POLLS_OF_YOUNG_JOB;
    if (isLast || seconds === undefined) return { ...answer, polls: answer.isAsked ? polls : polls - 1, pausedSeconds };
    await pause(seconds);
    pausedSeconds += seconds;
  }
}

/** Seconds: a server may tell of a job's output later than of its end. */
const OUTPUT_PAUSES = [0.5, 1, 2];
/** Whose output is an address. */
const WITH_OUTPUT = ['delete-map-server-cache', 'manage-map-server-cache-tiles'];

/** Asks again where the job has succeeded and its output is not told yet; no answer to that changes how it ended. */
async function withOutput(look: Look, watch: Watch, run: Run, pause: Pause): Promise<Look> {
  let { state, pausedSeconds } = look;
  for (const seconds of WITH_OUTPUT.includes(watch.job.operation) ? OUTPUT_PAUSES : []) {
    if (!state.isOutputLate) break;
    await pause(seconds);
    pausedSeconds += seconds;
    const again = await askForJob(watch, run).catch(() => undefined);
    if (again?.state.outcome === 'succeeded') state = again.state;
  }
  return { ...look, state, pausedSeconds };
}

/** More than the longest wait between two looks of a run that waits for its turn: 15 minutes, after nine days. */
const LONG_AGO_MS = 20 * 60_000;

function clock(since: string) {
  const now = Date.now();
  const waitSeconds = nextWaitSeconds(secondsSince(since));
  const longAgo = new Date(now - LONG_AGO_MS).toISOString();
  return { now: new Date(now).toISOString(), longAgo, leaseUntil: submitLeaseUntil(now), waitSeconds };
}

function nextWatch(
  { percent: _percent, trouble: _trouble, ...watch }: Watch,
  { state: { jobStatus, percent, withoutMessages, rerun }, trouble, ...look }: Look,
): Watch {
  const now = Date.now();
  const elapsedSeconds = secondsSince(watch.job.submittedAt);
  const polls = watch.polls + look.polls;
  const isHandover = windowOf(polls) > windowOf(watch.polls);
  const progress = isHandover ? undefined : newsOf(watch, percent, now);
  return {
    ...watch,
    status: isHandover ? 'handover' : 'running',
    polls,
    waitSeconds: nextWaitSeconds(elapsedSeconds, percent),
    leaseUntil: leaseUntil(now, elapsedSeconds),
    watchingCost: costWith(watch, look.pausedSeconds, isHandover),
    jobStatus,
    ...(percent === undefined ? {} : { percent }),
    ...progress,
    ...(trouble === undefined ? {} : { trouble }),
    ...(withoutMessages === undefined ? {} : { withoutMessages }),
    ...(rerun === undefined ? {} : { rerun }),
  };
}

/** The job is past its deadline: it is to be cancelled, and the service stays claimed until it is. */
function overdue(watch: Watch, { state: { jobStatus }, ...look }: Look, { name, message }: Error) {
  const watchingCost = costWith(watch, look.pausedSeconds);
  const polls = watch.polls + look.polls;
  return { status: 'overdue', service: 'kept', jobStatus, polls, watchingCost, Error: name, Cause: message };
}

const PERCENT_STEP = 1;
const EXPECTED_END_STEP = 0.05;

/** What the run's entry is told of the progress, where enough has changed since it was told last. */
function newsOf({ run, job, told }: Watch, percentNow: number | undefined, now: number): Partial<Watch> | undefined {
  if (run === undefined || percentNow === undefined || percentNow <= 0 || percentNow > 100) return undefined;
  // What people are told never falls.
  const percent = Math.max(percentNow, told?.percent ?? 0);
  const startedAt = Date.parse(job.submittedAt);
  const expectedEnd = startedAt + ((now - startedAt) * 100) / percent;
  const isMore = told === undefined || Math.abs(percent - told.percent) >= PERCENT_STEP;
  const drift = told === undefined ? 0 : Math.abs(expectedEnd - Date.parse(told.expectedEnd));
  if (!isMore && drift < EXPECTED_END_STEP * (expectedEnd - now)) return undefined;
  const news = { percent, expectedEnd: new Date(expectedEnd).toISOString() };
  return { status: 'progressed', expectedEnd: news.expectedEnd, told: news };
}

function windowOf(polls: number): number {
  return Math.floor(polls / POLLS_PER_WINDOW);
}

function costWith({ watchingCost }: Watch, pausedSeconds: number, isHandover = false): number {
  return Number((watchingCost + callCost(pausedSeconds, { isHandover })).toFixed(8));
}

/** The operation's result, beside what only the ledger is told. */
function resultOf(
  watch: Watch,
  { state: { jobStatus, messages, problems, outputUrl }, ...look }: Look,
  { proof, notes: ofProof }: Proven,
) {
  const { job, notes = [] } = watch;
  const kept = lastMessages(messages);
  const note = problems && problemsNote(problems, kept);
  const allNotes = [...notes, ...(note === undefined ? [] : [note]), ...ofProof];
  const polls = watch.polls + look.polls;
  const { operation, target, service, jobId, submittedAt } = job;
  const result = {
    operation,
    target,
    service,
    jobId,
    status: 'succeeded' as const,
    submittedAt,
    finishedAt: new Date().toISOString(),
    elapsedSeconds: secondsSince(submittedAt),
    polls,
    ...(outputUrl === undefined ? {} : { outputUrl }),
    ...(proof === undefined ? {} : { proof }),
    messages: kept,
    ...(allNotes.length === 0 ? {} : { notes: allNotes }),
  };
  const watchingCost = costWith(watch, look.pausedSeconds);
  const renewed = watch.renews === undefined ? {} : { renewed: JSON.stringify(watch.renews) };
  // The id once more: the ledger may have been down when the job began.
  const tiles = watch.tiles === undefined ? {} : { tiles: watch.tiles };
  const write = goodEnd(result, { now: Date.now(), jobId, jobStatus, polls, watchingCost, ...renewed, ...tiles });
  return { status: 'succeeded', service: 'free', jobStatus, polls, watchingCost, result, write };
}

function secondsSince(time: string): number {
  return Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
}

const LOST = 'Look at the service before you start it again: the job may have done its work.';

const NEXT_STEPS = {
  partly:
    'Its failed tasks were run again once, no more. What was done is kept: read the counts, mend the cause, and start the operation again for the scales that are not whole.',
  failed: 'Read the messages, mend the cause on the server, and start the operation again.',
  'timed-out':
    'Raise the maximum usage time of the geoprocessing service, or give the job fewer scales or a smaller area.',
  'past its deadline':
    'It is being cancelled on the server. Raise maxDuration in the settings, or give the job fewer scales or a smaller area.',
  cancelled:
    'Somebody cancelled it on the server; what was done until then is kept. Start it again if it is still wanted.',
  lost: LOST,
  unknown: LOST,
};

const ERRORS = {
  partly: PartialFailureError,
  failed: JobFailedError,
  'timed-out': JobTimedOutError,
  'past its deadline': JobTimedOutError,
  cancelled: JobCancelledError,
  lost: JobLostError,
  unknown: JobLostError,
};

function jobError(job: JobReference, outcome: keyof typeof ERRORS, { jobStatus, messages }: JobState): Error {
  const { operation, service, target, jobId } = job;
  const end = outcome === 'past its deadline' ? `was still ${jobStatus} at its deadline` : `ended as ${jobStatus}`;
  const said = lastMessages(messages).map(({ type, text }) => `${type}: ${text}`);
  return new ERRORS[outcome](
    `${operation}: job ${jobId} of ${service} on target "${target}" ${end}. ${NEXT_STEPS[outcome]} Its last messages: ${said.length === 0 ? 'none' : said.join(' | ')}`,
  );
}
