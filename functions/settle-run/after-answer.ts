import * as z from 'zod/mini';
import { isErrorName } from '../../shared/errors.ts';
import { cancelLeaseUntil, cancelWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { messageOf } from '../../shared/ledger/message-of.ts';
import { type Ask, cancelling, DONE, ended, type Plan, type Step, uncertain } from './step.ts';

/** What `cancel-job` answered, or the error that it ended by. */
export const answerSchema = z.looseObject({
  /** Of cancelling: whether the job is over, and how it ended, in words that do not depend on the vendor. */
  over: z.optional(z.boolean()),
  outcome: z.optional(z.string()),
  jobStatus: z.optional(z.string()),
  /** Of a search: `yes`, `no`, `later`. */
  found: z.optional(z.string()),
  jobId: z.optional(z.string()),
  taskPath: z.optional(z.string()),
  attempts: z.optional(z.number()),
  waitSeconds: z.optional(z.number()),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
});

export type Answer = z.output<typeof answerSchema>;

/** About eleven days. Each attempt adds 14 of the 25,000 events of a history. */
const MAX_ATTEMPTS = 1_200;
/** A secret may not fit for some time while it is changed. */
const SECRET_TROUBLE_MS = 3_600_000;
/** The job list tells of running jobs: a short one may have come and gone. */
const NO_JOB_RUNS = 'No job of it runs on the server; one that was submitted all the same has ended by itself.';
const ABOUT_THE_SECRET = ['InvalidSecretError', 'UnknownTargetError'];
const PASSING = ['AwsUnavailableError', 'VendorUnreachableError', 'VendorBusyError', ...ABOUT_THE_SECRET];

/** What is to be done after the server was asked. */
export function afterAnswer(plan: Plan, answer: Answer, entry: Entry, now: number): Step {
  const { ask } = plan;
  if (ask === undefined) return { plan: DONE };
  if (answer.Error !== undefined) return afterError(plan, { Error: answer.Error, Cause: answer.Cause ?? '' }, now);
  if (answer.found === 'yes') {
    return cancelling({ ...entry, jobId: answer.jobId, taskPath: answer.taskPath, taskUrl: undefined });
  }
  if (answer.found === 'no') {
    if (entry.status === 'failed') return { plan: DONE, service: 'free', note: { cause: withCare(entry) } };
    return ended('isStopped', `The execution was stopped in the middle of its submit. ${NO_JOB_RUNS}`);
  }
  return answer.over === true ? afterJob(ask, answer, entry) : again(plan, answer, now);
}

/** The cause of a run that had failed before its job was looked for. */
function withCare({ cause }: Entry): string {
  const message = messageOf(cause);
  return message.includes(NO_JOB_RUNS) ? message : `${message} ${NO_JOB_RUNS}`.trim();
}

function afterJob({ cancel }: Ask, { jobStatus, outcome }: Answer, entry: Entry): Step {
  const job = { jobId: cancel?.jobId, taskPath: cancel?.taskPath, jobStatus };
  if (entry.status === 'failed') return { plan: DONE, service: 'free', note: job };
  return outcome === 'cancelled' || outcome === 'lost'
    ? ended('isCancelled', 'The execution was stopped, and the server says that its job is cancelled.', job)
    : ended('isStopped', 'The execution was stopped; its job had ended by itself, as jobStatus says.', job);
}

/** Keeps the service until the next attempt: while the job may run nobody else gets it. */
function again(
  plan: Plan,
  { over: _over, found: _found, jobStatus: _jobStatus, outcome: _outcome, ...told }: Answer,
  now: number,
): Step {
  const before = plan.ask?.attempt.attempts ?? 0;
  const { waitSeconds = cancelWaitSeconds(before), attempts = before + 1, ...rest } = told;
  const ask = { ...plan.ask, attempt: { ...plan.ask?.attempt, ...rest, attempts } };
  return { plan: { ...plan, next: 'ask', waitSeconds, ask }, service: { keepUntil: cancelLeaseUntil(now) } };
}

/** AWS and the secret may fail for some time, as the server may; what `cancel-job` itself gives up is final. */
function afterError(plan: Plan, error: { Error: string; Cause: string }, now: number): Step {
  const isPassing = !isErrorName(error.Error) || PASSING.includes(error.Error);
  const attempts = plan.ask?.attempt.attempts ?? 0;
  if (!isPassing || attempts >= MAX_ATTEMPTS) return uncertain(error);
  if (!ABOUT_THE_SECRET.includes(error.Error)) return again({ ...plan, secretTroubleSince: undefined }, {}, now);
  const secretTroubleSince = plan.secretTroubleSince ?? new Date(now).toISOString();
  if (now - Date.parse(secretTroubleSince) >= SECRET_TROUBLE_MS) return uncertain(error);
  return again({ ...plan, secretTroubleSince }, {}, now);
}
