import * as z from 'zod/mini';
import { findJob } from '../../shared/arcgis/find-job.ts';
import { cancelJob } from '../../shared/arcgis/geoprocessing.ts';
import { VendorRejectedError } from '../../shared/errors.ts';
import { jobIdSchema, soughtJobSchema } from '../../shared/jobs/job-reference.ts';
import { nextWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

const cancelSchema = z.strictObject({
  cancel: z.strictObject({ target: z.string(), taskUrl: z.string(), jobId: jobIdSchema }),
  /** How often it was tried; the waits between two attempts grow with it. */
  attempts: z.int(),
});

const findSchema = z.strictObject({
  find: z.strictObject({ target: z.string(), sought: soughtJobSchema, since: z.iso.datetime() }),
});

/**
 * Cancels the job of a stopped execution, or finds it first where the execution was stopped before the job's id was
 * saved. The state machine calls again until the job is `over`.
 */
export async function cancelOrFindJob(event: unknown, run: Run) {
  const isSearch = typeof event === 'object' && event !== null && 'find' in event;
  return isSearch ? await find(event, run) : await cancel(event, run);
}

async function cancel(event: unknown, run: Run) {
  const { cancel: job, attempts } = parseInput('cancel-job', cancelSchema, event);
  const { outcome, jobStatus } = await cancelJob(await openSite(job.target, run), job);
  return {
    over: outcome !== 'running',
    jobStatus,
    attempts: attempts + 1,
    waitSeconds: nextWaitSeconds(attempts * 60),
  };
}

async function find(event: unknown, run: Run) {
  const { target, sought, since } = parseInput('cancel-job', findSchema, event).find;
  const site = await openSite(target, run);
  const found = await findJob(site, sought, Date.parse(since));
  if ('jobId' in found) return { found: true, jobId: found.jobId, taskUrl: site.address(sought.taskPath) };
  if ('none' in found) return { found: false };
  throw new VendorRejectedError(
    `Whether a job of the stopped execution runs on target "${target}" cannot be told: ${found.unclear}. Look at the jobs of the geoprocessing service in ArcGIS Server Manager, and cancel it there.`,
  );
}
