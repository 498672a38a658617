import * as z from 'zod/mini';
import { findJob } from '../../shared/arcgis/find-job.ts';
import { cancelJob } from '../../shared/arcgis/geoprocessing.ts';
import {
  VendorBusyError,
  VendorContractError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../../shared/errors.ts';
import { jobIdSchema, soughtJobSchema } from '../../shared/jobs/job-reference.ts';
import { cancelLeaseUntil, cancelWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import { log } from '../../shared/lambda/log.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

/** How often it was tried; the waits between two attempts grow with it. */
const attemptsSchema = z.int();

const cancelSchema = z.strictObject({
  cancel: z.strictObject({ target: z.string(), taskUrl: z.string(), jobId: jobIdSchema }),
  attempts: attemptsSchema,
});

const findSchema = z.strictObject({
  find: z.strictObject({ target: z.string(), sought: soughtJobSchema, since: z.iso.datetime() }),
  attempts: attemptsSchema,
});

/** About twelve days; the history of an execution holds no more than twice as many. */
const MAX_ATTEMPTS = 1_300;

/**
 * Cancels the job of a stopped execution, or finds it first where the execution was stopped before the job's id was
 * saved. The state machine calls again, and keeps the service claimed, until the job is `over` or the search is
 * answered. A server that is down, or that lets the job run on, is asked again for about twelve days.
 */
export async function cancelOrFindJob(event: unknown, run: Run) {
  const isSearch = typeof event === 'object' && event !== null && 'find' in event;
  return isSearch ? await find(event, run) : await cancel(event, run);
}

async function cancel(event: unknown, run: Run) {
  const { cancel: job, attempts } = parseInput('cancel-job', cancelSchema, event);
  const state = await unlessDown(attempts, async () => await cancelJob(await openSite(job.target, run), job));
  const isOver = state !== undefined && state.outcome !== 'running';
  if (!isOver && attempts >= MAX_ATTEMPTS) {
    throw new VendorRejectedError(
      `Job ${job.jobId} on target "${job.target}" is not over after ${attempts} attempts to cancel it. Cancel it in ArcGIS Server Manager, or restart the geoprocessing service.`,
    );
  }
  return { over: isOver, jobStatus: state?.jobStatus ?? 'not known: the server is down', ...next(attempts) };
}

async function find(event: unknown, run: Run) {
  const { find: lost, attempts } = parseInput('cancel-job', findSchema, event);
  const { target, sought, since } = lost;
  const search = await unlessDown(attempts, async () => {
    const site = await openSite(target, run);
    const found = await findJob(site, sought, Date.parse(since));
    return { found, taskUrl: site.address(sought.taskPath) };
  });
  if (search === undefined) return { found: 'later', ...next(attempts) };
  const { found, taskUrl } = search;
  if ('jobId' in found) return { found: 'yes', jobId: found.jobId, taskUrl, ...next(attempts) };
  if ('none' in found) return { found: 'no' };
  throw new VendorRejectedError(
    `Whether a job of the stopped execution runs on target "${target}" cannot be told: ${found.unclear}. Look at the jobs of the geoprocessing service in ArcGIS Server Manager, and cancel it there.`,
  );
}

function next(attempts: number) {
  return {
    attempts: attempts + 1,
    waitSeconds: cancelWaitSeconds(attempts),
    leaseUntil: cancelLeaseUntil(Date.now()),
  };
}

/** Undefined where the server is down, busy, or answers what makes no sense, as a restarting web adaptor does. */
async function unlessDown<T>(attempts: number, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const isDown = [VendorUnreachableError, VendorBusyError, VendorContractError].some((one) => error instanceof one);
    if (!(isDown && error instanceof Error) || attempts >= MAX_ATTEMPTS) throw error;
    log('warn', 'the server could not be asked', { error: error.name, reason: error.message, attempts });
    return undefined;
  }
}
