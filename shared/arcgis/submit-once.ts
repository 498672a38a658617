import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { CacheOpsError, SubmitUncertainError } from '../errors.ts';
import { mayHaveStarted } from '../jobs/borne-errors.ts';
import { statusWord } from './job-words.ts';
import type { ArcgisSite } from './site.ts';

const LOOKS = 3;
const PAUSE_MS = 1_000;
/** The server's clock is not ours. */
export const CLOCK_SKEW_MS = 5 * 60_000;
/** A job of ours is not older than its submit, but for the rounding of times. */
const SAME_MOMENT_MS = 5_000;
/** Three submits of two minutes, the state machine's pauses between them, and its waits for Lambda to have room. */
export const SUBMITS_END_AFTER_MS = 16 * 60_000;

/** Where a job is on its site: its task, or the hosted service that it works on. */
export interface JobPlace {
  taskPath: string;
  jobId: string;
}

export interface SubmittedJob extends JobPlace {
  jobStatus: string;
  jobUrl: string;
  /** The answer to the submit was lost, and the job was found on the server. */
  adopted?: boolean;
}

/** What the server's job list tells of a job: its place, that there is none, or that it cannot be told. */
export type FoundJob = JobPlace | { none: true } | { unclear: string };

export function jobPath({ taskPath, jobId }: JobPlace): string {
  return `${taskPath}/jobs/${encodeURIComponent(jobId)}`;
}

export function submittedJob(site: ArcgisSite, place: JobPlace, jobStatus: string): SubmittedJob {
  return { ...place, jobStatus, jobUrl: site.address(jobPath(place)) };
}

/** A call that starts a job, and how its job is found again. */
interface Submit {
  path: string;
  form: Record<string, string>;
  reply: z.ZodMiniType<{ jobId?: string | undefined; jobStatus?: string | undefined }>;
  /** Epoch milliseconds: a call that was made since then broke off. Nothing is sent, its job is looked for. */
  lostSince: number | undefined;
  taskPath: string;
  /** What the vendor calls a job that was just submitted. */
  jobStatus: string;
  find: (since: number) => Promise<FoundJob>;
  /** Where a person finds it. */
  lookAt: string;
}

const SUBMIT_TIMEOUT_SECONDS = 60;

/**
 * Starts a job. NOT safe to repeat: a second call is a second job. So it is sent again only when no byte had left or the
 * server refused before any work. Where the answer is lost, the server's job list is looked at, and the job that is found
 * there adopted. Gives nothing where the answer names no job and need not.
 *
 * @throws SubmitUncertainError when the job may exist and is not found
 */
export async function submitOnce(site: ArcgisSite, submit: Submit): Promise<SubmittedJob | undefined> {
  const { path, form, reply, lostSince, taskPath } = submit;
  if (lostSince !== undefined) return await adoptJob(site, submit, lostSince, 'The submit broke off.');
  const since = Date.now();
  let adopted: SubmittedJob | undefined;
  const { jobId, jobStatus = submit.jobStatus } = await site.call({
    path,
    form: Object.fromEntries(Object.entries(form).filter(([, value]) => value !== '')),
    reply,
    repeatable: 'if-nothing-was-done',
    answerInDryRun: { jobId: 'none' },
    answerTimeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
    recover: async (error) => {
      if (!mayHaveStarted(error)) throw error;
      adopted = await adoptJob(site, submit, since, error.message);
      return { ...adopted };
    },
  });
  if (adopted !== undefined || jobId === undefined) return adopted;
  return submittedJob(site, { taskPath, jobId }, statusWord(jobStatus));
}

/** It is looked for more than once: the server may still be at work on the submit. */
async function adoptJob(
  site: ArcgisSite,
  { jobStatus, find, lookAt }: Submit,
  since: number,
  reason: string,
): Promise<SubmittedJob> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await sleep(PAUSE_MS);
    try {
      const found = await find(since);
      if ('jobId' in found) return { ...submittedJob(site, found, jobStatus), adopted: true };
    } catch (error) {
      if (!(error instanceof CacheOpsError)) throw error;
    }
  }
  throw new SubmitUncertainError(
    `${reason} The job may have been started all the same, so it was not submitted again; the server's job list does not show it, or cannot be read. Look for it ${lookAt} before you start this again.`,
  );
}

/** Whether a job that was submitted then may be that of a run which began to submit at `since` (epoch ms). */
export function isInTime(submittedAt: number | undefined, since: number): boolean {
  if (submittedAt === undefined) return true;
  return submittedAt >= since - CLOCK_SKEW_MS && submittedAt <= since + SUBMITS_END_AFTER_MS + CLOCK_SKEW_MS;
}

export function doubtOfTime(submittedAt: number | undefined, since: number): string | undefined {
  if (submittedAt === undefined) return 'does not tell when it was submitted';
  if (submittedAt < since - SAME_MOMENT_MS) return 'seems to be older than the submit';
  if (submittedAt > since + SUBMITS_END_AFTER_MS) return 'seems to be younger than the submit';
  return undefined;
}

/** What is found, by the candidates that fit and the doubts there are about others. */
export function foundJob(
  taskPath: string,
  { matches, doubts, isWhole }: { matches: string[]; doubts: string[]; isWhole: boolean },
): FoundJob {
  const [jobId, ...others] = matches;
  if (others.length > 0) return { unclear: `${matches.length} running jobs have the same inputs` };
  if (doubts.length > 0) return { unclear: doubts.slice(0, 5).join(', ') };
  if (jobId !== undefined) return { taskPath, jobId };
  return isWhole ? { none: true } : { unclear: 'the job list is too long, or changed while it was read' };
}
