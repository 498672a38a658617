import * as z from 'zod/mini';
import { SubmitUncertainError, VendorBusyError, VendorContractError, VendorRejectedError } from '../errors.ts';
import { mayHaveStarted } from '../jobs/borne-errors.ts';
import { jobIdSchema, type SoughtJob } from '../jobs/job-reference.ts';
import type { JobState } from '../jobs/job-state.ts';
import { findJobPatiently } from './find-job.ts';
import { readJobState } from './job-answer.ts';
import { soughtInputs } from './job-inputs.ts';
import { statusWord } from './job-words.ts';
import type { ArcgisSite } from './site.ts';

const SUBMIT_TIMEOUT_SECONDS = 60;

/** The tasks by their exact URL segments: one without spaces, two with. */
export const TASK_PATHS = {
  deleteCache: 'rest/services/System/CachingTools/GPServer/DeleteCache',
  manageTiles: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
  refreshService: 'rest/services/System/PublishingTools/GPServer/Refresh%20Service',
};

/** Where a job is on its site. */
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

const submittedSchema = z.looseObject({ jobId: jobIdSchema, jobStatus: z.catch(z.string(), 'esriJobSubmitted') });

/**
 * Submits a geoprocessing job. NOT safe to repeat: a second submit is a second job. So it is sent again only when no
 * byte had left or the server refused before any work. Where the answer is lost, the server's job list is looked at
 * first, and the job that is found there adopted. Parameters that are empty are not sent.
 *
 * @throws SubmitUncertainError when the job may exist and is not found
 */
export async function submitJob(
  site: ArcgisSite,
  sought: SoughtJob,
  parameters: Record<string, string>,
): Promise<SubmittedJob> {
  const { taskPath, lostSince } = sought;
  // By all that was sent: a job for other scales or another area is not this one.
  const lost = { taskPath, inputs: { ...sought.inputs, ...soughtInputs(parameters) } };
  if (lostSince !== undefined) return await adoptJob(site, lost, lostSince, 'The submit broke off.');
  const since = Date.now();
  let adopted: SubmittedJob | undefined;
  const { jobId, jobStatus } = await site.call({
    path: `${taskPath}/submitJob`,
    form: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== '')),
    reply: submittedSchema,
    repeatable: 'if-nothing-was-done',
    answerTimeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
    answerInDryRun: { jobId: 'none', jobStatus: 'esriJobNew' },
    recover: async (error) => {
      if (!mayHaveStarted(error)) throw error;
      adopted = await adoptJob(site, lost, since, error.message);
      return { ...adopted };
    },
  });
  return adopted ?? submittedJob(site, { taskPath, jobId }, statusWord(jobStatus));
}

async function adoptJob(site: ArcgisSite, lost: SoughtJob, since: number, reason: string): Promise<SubmittedJob> {
  const jobId = await findJobPatiently(site, lost, since);
  if (jobId !== undefined) {
    return { ...submittedJob(site, { taskPath: lost.taskPath, jobId }, 'esriJobSubmitted'), adopted: true };
  }
  throw new SubmitUncertainError(
    `${reason} The job may have been started all the same, so it was not submitted again; the server's job list does not show it, or cannot be read. Look for it in ArcGIS Server Manager or below ${site.address('admin/services')} (the jobs of the geoprocessing service) before you start this again.`,
  );
}

function submittedJob(site: ArcgisSite, { taskPath, jobId }: JobPlace, jobStatus: string): SubmittedJob {
  return { taskPath, jobId, jobStatus, jobUrl: site.address(jobPath({ taskPath, jobId })) };
}

/**
 * Asks for the state of a job (page "GP Job"). Safe to repeat. A state that is not known counts as running. Where the
 * messages make the answer too large it is asked for again without them (`returnMessages`), which the caller may
 * remember: messages only become more.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function checkJob(site: ArcgisSite, job: JobPlace, { withoutMessages = false } = {}): Promise<JobState> {
  return await readJobState(site, jobPath(job), withoutMessages);
}

const taskSchema = z.union([z.looseObject({ name: z.string() }), z.looseObject({ parameters: z.array(z.unknown()) })]);

/** Whether the server answers for the job's task (page "GP Task"), so that it is up and its service is started. */
export async function isTaskWell(site: ArcgisSite, { taskPath }: JobPlace): Promise<boolean> {
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
export async function cancelJob(site: ArcgisSite, job: JobPlace): Promise<JobState> {
  const before = await checkJob(site, job);
  if (before.outcome !== 'running' || before.jobStatus === 'esriJobCancelling') return before;
  const path = jobPath(job);
  if (!(await isTaken(site, `${path}/cancel`))) await isTaken(site, adminJobPath(path));
  return await checkJob(site, job);
}

/** A refusal, or a page in its place, is no failure here: what counts is the job's state afterwards. */
async function isTaken(site: ArcgisSite, path: string): Promise<boolean> {
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

function jobPath({ taskPath, jobId }: JobPlace): string {
  return `${taskPath}/jobs/${encodeURIComponent(jobId)}`;
}
