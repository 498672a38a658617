import * as z from 'zod/mini';
import { ERRORS, isErrorName } from '../../shared/errors.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { GOOD_ENDS, goodEnd } from '../../shared/ledger/transitions.ts';
import type { EndedRun } from './ended-run.ts';
import { asking, cancelling, ended, hasJob, NOTHING_TO_DO, type Step } from './step.ts';

/** A submitting function goes on whatever becomes of its execution: its own two minutes, and a margin. */
const SUBMIT_SECONDS = 150;

/** What is to be done first for a run whose execution has ended. */
export function firstStep(end: EndedRun, entry: Entry, now: number): Step {
  return endedWell(end, entry, now) ?? afterEnd(end, entry, now);
}

const resultSchema = z.looseObject({ status: z.enum(GOOD_ENDS), jobId: z.optional(z.string()) });

/** The run succeeded, and could not write it into the ledger. */
function endedWell({ ended: status, result }: EndedRun, { status: before }: Entry, now: number): Step | undefined {
  const good = resultSchema.safeParse(result).data;
  if (status !== 'SUCCEEDED' || good === undefined || !isAtWork(before)) return undefined;
  const job = good.jobId === undefined ? {} : { jobId: good.jobId };
  return { ...NOTHING_TO_DO, goodEnd: goodEnd(good, { now, ...job }), service: 'free' };
}

function isAtWork(status: Entry['status']): boolean {
  return status === 'waiting' || status === 'submitting' || status === 'running';
}

function afterEnd(end: EndedRun, entry: Entry, now: number): Step {
  switch (entry.status) {
    case 'waiting':
    case 'paused':
      return (
        failedByItself(end, entry) ??
        ended('isCancelled', 'The execution was stopped before a job ran; nothing runs on the server.')
      );
    case 'submitting':
      return failedByItself(end, entry) ?? afterSubmit(entry, now);
    case 'running':
      return failedByItself(end, entry) ?? (hasJob(entry) ? cancelling(entry) : WITHOUT_JOB);
    // Told a second time, or started again by hand.
    case 'uncertain':
      return hasJob(entry) ? cancelling(entry) : afterSubmit(entry, now);
    case 'failed':
      return afterFailure(end, entry, now);
    case undefined:
      return NOTHING_TO_DO;
    default:
      return { ...NOTHING_TO_DO, service: 'free' };
  }
}

/** A run that has others do its work: each of these is cleaned up after by itself. */
const WITHOUT_JOB = ended('isCancelled', 'The execution was stopped; the runs that it had started end by themselves.');

/** The run ended by an error of its own, after which no job is at work, and could not write it into the ledger. */
function failedByItself({ ended: status, error, cause = '' }: EndedRun, { status: before }: Entry): Step | undefined {
  if (status !== 'FAILED' || !isErrorName(error)) return undefined;
  const { nothingSubmitted, jobIsOver } = ERRORS[error];
  // Of a job that runs any other error only says that nobody watches it.
  const isSubmit = before === 'submitting' && nothingSubmitted && error !== 'AwsUnavailableError';
  const isSure = before === 'waiting' || isSubmit || jobIsOver;
  return isSure ? { ...NOTHING_TO_DO, end: { name: 'fails', set: { error, cause } }, service: 'free' } : undefined;
}

/** Stopped between the submit and the saved job id: when the submit has ended its job is looked for. */
function afterSubmit(entry: Entry, now: number): Step {
  const { target = '', sought, submittingAt, submitSeconds = SUBMIT_SECONDS } = entry;
  const submitEnds = Date.parse(submittingAt ?? '') + submitSeconds * 1000;
  if (sought === undefined || submittingAt === undefined) return withoutJob(entry, submitEnds, now);
  const waitSeconds = Math.max(1, Math.ceil((submitEnds - now) / 1000));
  return asking({ find: { target, sought: JSON.parse(sought), since: submittingAt } }, waitSeconds);
}

/** An operation that starts no job. Its call may still be at work: nobody else gets what it has claimed until that has ended. */
function withoutJob({ status }: Entry, callEnds: number, now: number): Step {
  const step: Step =
    status === 'failed'
      ? { ...NOTHING_TO_DO, service: 'free' }
      : ended('isStopped', 'The execution was stopped in the middle of its work, which may have been done.');
  return callEnds > now ? { ...step, service: { keepUntil: new Date(callEnds).toISOString() } } : step;
}

/** Whether its job is over was for the run itself to say, unless it was stopped after that. */
function afterFailure({ ended: status, error: told }: EndedRun, entry: Entry, now: number): Step {
  const { error } = entry;
  const isOverdue = error === 'JobTimedOutError';
  if (isOverdue && hasJob(entry)) return cancelling(entry);
  const saidItself = status === 'FAILED' && told !== 'AwsUnavailableError' && !told?.startsWith('States.');
  if (saidItself && error !== 'AwsUnavailableError') {
    // The watch was given up, because of the secret for example: nobody can say what its job does.
    const mayRun = hasJob(entry) && isErrorName(error) && !ERRORS[error].jobIsOver;
    return mayRun
      ? { ...NOTHING_TO_DO, end: { name: 'isUncertain', set: { error, cause: entry.cause } } }
      : NOTHING_TO_DO;
  }
  if (isErrorName(error) && ERRORS[error].jobIsOver) return { ...NOTHING_TO_DO, service: 'free' };
  if (hasJob(entry)) return cancelling(entry);
  if (error === 'SubmitUncertainError') return afterSubmit(entry, now);
  if (entry.submittingAt !== undefined && !(isErrorName(error) && error !== 'AwsUnavailableError'))
    return afterSubmit(entry, now);
  return { ...NOTHING_TO_DO, service: 'free' };
}
