import * as z from 'zod/mini';
import type { ArcgisSite } from '../../shared/arcgis/site.ts';
import { cancelJob, findJob } from '../../shared/arcgis/site-kinds.ts';
import { VendorAuthError, VendorRejectedError } from '../../shared/errors.ts';
import { isOdd, isServerDown, UNKNOWN_SECONDS } from '../../shared/jobs/borne-errors.ts';
import { runningJobSchema, soughtJobSchema } from '../../shared/jobs/job-reference.ts';
import { cancelLeaseUntil, cancelWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import { log } from '../../shared/lambda/log.ts';
import { openVersionedSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

/** What is carried from one attempt to the next; another version may have written it. */
const attemptSchema = z.looseObject({
  /** How often it was tried; the waits between two attempts grow with it. */
  attempts: z.int(),
  /** Of the secret whose credentials were refused: they are not tried again. */
  refusedVersion: z.optional(z.string()),
  /** Since when the server has not known the job. */
  unknownSince: z.optional(z.iso.datetime()),
});

type Attempt = z.output<typeof attemptSchema>;

const cancelSchema = z.looseObject({ cancel: runningJobSchema, attempt: attemptSchema });

const findSchema = z.looseObject({
  find: z.looseObject({ target: z.string(), sought: soughtJobSchema, since: z.iso.datetime() }),
  attempt: attemptSchema,
});

/** About eleven days; the history of an execution holds 1,400. */
const MAX_ATTEMPTS = 1_200;

/**
 * Cancels the job of a stopped execution, or finds it first where the execution was stopped before the job's id was
 * saved. The state machine calls again, and keeps the service claimed, until the job is `over` or the search is
 * answered. A server that is down, that refuses the credentials until the secret has another version, or that lets the
 * job run on, is asked again for about eleven days.
 */
export async function cancelOrFindJob(event: unknown, run: Run) {
  const isSearch = typeof event === 'object' && event !== null && 'find' in event;
  return isSearch ? await find(event, run) : await cancel(event, run);
}

async function cancel(event: unknown, run: Run) {
  const { cancel: job, attempt } = parseInput('cancel-job', cancelSchema, event);
  const { done: state, ...again } = await attempted(job.target, run, attempt, (site) => cancelJob(site, job));
  const unknownSince = state?.outcome === 'unknown' ? (attempt.unknownSince ?? new Date().toISOString()) : undefined;
  const isUnknownYet = unknownSince !== undefined && Date.now() < Date.parse(unknownSince) + UNKNOWN_SECONDS * 1000;
  const isOver = state !== undefined && state.outcome !== 'running' && !isUnknownYet;
  if (!isOver && attempt.attempts >= MAX_ATTEMPTS) {
    throw new VendorRejectedError(
      `Job ${job.jobId} on target "${job.target}" is not over after ${attempt.attempts} attempts to cancel it. Cancel it in ArcGIS Server Manager, or restart the geoprocessing service.`,
    );
  }
  const jobStatus = state?.jobStatus ?? 'not known: the server could not be asked';
  const { taskPath, jobId } = job;
  return {
    over: isOver,
    outcome: state?.outcome,
    jobStatus,
    taskPath,
    jobId,
    ...again,
    ...(unknownSince === undefined ? {} : { unknownSince }),
  };
}

async function find(event: unknown, run: Run) {
  const { find: lost, attempt } = parseInput('cancel-job', findSchema, event);
  const { target, sought, since } = lost;
  const { done: found, ...again } = await attempted(target, run, attempt, (site) =>
    findJob(site, sought, Date.parse(since)),
  );
  if (found === undefined) return { found: 'later', ...again };
  // By the name `taskUrl` an execution that began with version 0.1.0 takes it.
  if ('jobId' in found) return { found: 'yes', ...found, taskUrl: found.taskPath, ...again };
  if ('none' in found) return { found: 'no' };
  throw new VendorRejectedError(
    `Whether a job of the stopped execution runs on target "${target}" cannot be told: ${found.unclear}. Look at the jobs of the geoprocessing service in ArcGIS Server Manager, or at those of the hosted service, and cancel it there.`,
  );
}

/** What the server said, or nothing where it could not be asked; and what the next attempt is told. */
async function attempted<T>(
  target: string,
  run: Run,
  attempt: Attempt,
  ask: (site: ArcgisSite) => Promise<T>,
): Promise<{ attempts: number; waitSeconds: number; leaseUntil: string; refusedVersion?: string; done?: T }> {
  const { attempts, refusedVersion } = attempt;
  const next = {
    attempts: attempts + 1,
    waitSeconds: cancelWaitSeconds(attempts),
    leaseUntil: cancelLeaseUntil(Date.now()),
  };
  const { site, secretVersion } = await openVersionedSite(target, run, { fresh: refusedVersion !== undefined });
  if (refusedVersion === secretVersion() && attempts < MAX_ATTEMPTS) return { ...next, refusedVersion };
  try {
    return { ...next, done: await ask(site) };
  } catch (error) {
    const isBorne = error instanceof Error && (isServerDown(error) || isOdd(error) || error instanceof VendorAuthError);
    if (!isBorne || attempts >= MAX_ATTEMPTS) throw error;
    log('warn', 'the server could not be asked', { error: error.name, reason: error.message, attempts });
    return error instanceof VendorAuthError ? { ...next, refusedVersion: secretVersion() } : next;
  }
}
