import * as z from 'zod/mini';
import { VendorBusyError, VendorContractError, VendorRejectedError } from '../errors.ts';
import { jobIdSchema, type SoughtJob } from '../jobs/job-reference.ts';
import type { JobState } from '../jobs/job-state.ts';
import { findGeoprocessingJob } from './find-job.ts';
import { readJobState } from './job-answer.ts';
import { soughtInputs } from './job-inputs.ts';
import type { ArcgisSite } from './site.ts';
import { type JobPlace, jobPath, type SubmittedJob, submitOnce } from './submit-once.ts';

/** The tasks by their exact URL segments: one without spaces, two with. */
export const TASK_PATHS = {
  deleteCache: 'rest/services/System/CachingTools/GPServer/DeleteCache',
  manageTiles: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
  refreshService: 'rest/services/System/PublishingTools/GPServer/Refresh%20Service',
};

const submittedSchema = z.looseObject({ jobId: jobIdSchema, jobStatus: z.catch(z.string(), 'esriJobSubmitted') });

/**
 * Submits a geoprocessing job, once. Parameters that are empty are not sent.
 *
 * @throws SubmitUncertainError when the job may exist and is not found
 */
export async function submitGeoprocessingJob(
  site: ArcgisSite,
  { taskPath, inputs, lostSince }: SoughtJob,
  parameters: Record<string, string>,
): Promise<SubmittedJob | undefined> {
  // By all that was sent: a job for other scales or another area is not this one.
  const lost = { taskPath, inputs: { ...inputs, ...soughtInputs(parameters) } };
  return await submitOnce(site, {
    path: `${taskPath}/submitJob`,
    form: parameters,
    reply: submittedSchema,
    lostSince,
    taskPath,
    jobStatus: 'esriJobSubmitted',
    find: (since) => findGeoprocessingJob(site, lost, since),
    lookAt: `in ArcGIS Server Manager or below ${site.address('admin/services')} (the jobs of the geoprocessing service)`,
  });
}

/**
 * Asks for the state of a job (page "GP Job"). Safe to repeat. A state that is not known counts as running. Where the
 * messages make the answer too large it is asked for again without them (`returnMessages`), which the caller may
 * remember: messages only become more.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function checkGeoprocessingJob(
  site: ArcgisSite,
  job: JobPlace,
  { withoutMessages = false } = {},
): Promise<JobState> {
  return await readJobState(site, jobPath(job), withoutMessages);
}

const taskSchema = z.union([z.looseObject({ name: z.string() }), z.looseObject({ parameters: z.array(z.unknown()) })]);

/** Whether the server answers for the job's task (page "GP Task"), so that it is up and its service is started. */
export async function isGeoprocessingWell(site: ArcgisSite, { taskPath }: JobPlace): Promise<boolean> {
  return await site.call({ path: taskPath, reply: taskSchema }).then(
    () => true,
    () => false,
  );
}

/**
 * Asks the server to cancel a job, and for its state after that. Safe to repeat; a job that has ended stays as it is.
 * REST refuses while the job is still in `esriJobSubmitted` (page "Cancel GP Job") and lets it run on, so the Admin
 * API is asked then, whose page says that it can.
 *
 * @throws VendorUnreachableError and VendorBusyError: ask again later
 */
export async function cancelGeoprocessingJob(site: ArcgisSite, job: JobPlace): Promise<JobState> {
  const before = await checkGeoprocessingJob(site, job);
  if (before.outcome !== 'running' || before.jobStatus === 'esriJobCancelling') return before;
  const path = jobPath(job);
  if (!(await isTaken(site, `${path}/cancel`))) await isTaken(site, adminJobPath(path));
  return await checkGeoprocessingJob(site, job);
}

/** A refusal, or a page in its place, is no failure here: what counts is the job's state afterwards. */
export async function isTaken(site: ArcgisSite, path: string): Promise<boolean> {
  try {
    await site.call({ path, reply: z.looseObject({}) });
    return true;
  } catch (error) {
    const isAnswer =
      error instanceof VendorRejectedError || error instanceof VendorContractError || error instanceof VendorBusyError;
    if (isAnswer) return false;
    throw error;
  }
}

/** `rest/services/F/N/GPServer/Task/jobs/ID` has its twin at `admin/services/F/N.GPServer/jobs/ID/cancel`. */
function adminJobPath(path: string): string {
  return path.replace(
    /^rest\/services\/(.+)\/GPServer\/[^/]+\/jobs\/([^/]+)$/,
    'admin/services/$1.GPServer/jobs/$2/cancel',
  );
}
