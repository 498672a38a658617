import * as z from 'zod';
import {
  InvalidInputError,
  SubmitUncertainError,
  VendorBusyError,
  VendorContractError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../errors.ts';
import { redact } from '../http/redact.ts';
import { jobIdSchema, type SoughtJob } from '../jobs/job-reference.ts';
import type { JobMessage, JobState } from '../jobs/job-state.ts';
import { findJobPatiently } from './find-job.ts';
import type { ArcgisSite } from './site.ts';

const SUBMIT_TIMEOUT_SECONDS = 60;

/** The tasks by their exact URL segments: one without spaces, two with. */
export const TASK_PATHS = {
  deleteCache: 'rest/services/System/CachingTools/GPServer/DeleteCache',
  manageTiles: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
  refreshService: 'rest/services/System/PublishingTools/GPServer/Refresh%20Service',
};

export interface SubmittedJob {
  taskUrl: string;
  jobId: string;
  jobStatus: string;
  jobUrl: string;
  /** The answer to the submit was lost, and the job was found on the server. */
  adopted?: boolean;
}

const submittedSchema = z.looseObject({ jobId: jobIdSchema, jobStatus: z.string().catch('esriJobSubmitted') });

/**
 * Submits a geoprocessing job. NOT safe to repeat: a second submit is a second job. So it is sent again only when no
 * byte had left or the server refused before any work. Where the answer is lost, the server's job list is looked at
 * first, and the job that is found there adopted.
 *
 * @throws SubmitUncertainError when the job may exist and is not found
 */
export async function submitJob(
  site: ArcgisSite,
  sought: SoughtJob,
  parameters: Record<string, string>,
): Promise<SubmittedJob> {
  const { taskPath } = sought;
  const taskUrl = site.address(taskPath);
  const since = Date.now();
  try {
    const { jobId, jobStatus } = await site.call({
      path: `${taskPath}/submitJob`,
      form: parameters,
      reply: submittedSchema,
      repeatable: 'if-nothing-was-done',
      answerTimeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
    });
    return { taskUrl, jobId, jobStatus, jobUrl: jobUrl(taskUrl, jobId) };
  } catch (error) {
    if (!mayHaveStarted(error)) throw error;
    // By all that was sent: a job for other scales or another area is not this one.
    const found = await findJobPatiently(site, { taskPath, inputs: parameters }, since);
    if (found !== undefined) {
      return { taskUrl, jobId: found, jobStatus: 'esriJobSubmitted', jobUrl: jobUrl(taskUrl, found), adopted: true };
    }
    throw new SubmitUncertainError(
      `${error.message} The job may have been started all the same, so it was not submitted again; the server's job list does not show it, or cannot be read. Look for it in ArcGIS Server Manager or below ${site.address('admin/services')} (the jobs of the geoprocessing service) before you start this again.`,
      { cause: error },
    );
  }
}

function mayHaveStarted(error: unknown): error is Error {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return error.sent;
  if (error instanceof VendorContractError) return !error.redirect;
  return error instanceof VendorRejectedError && /^HTTP 5/.test(String(error.code));
}

function jobUrl(taskUrl: string, jobId: string): string {
  return `${taskUrl}/jobs/${encodeURIComponent(jobId)}`;
}

const MESSAGE_TYPES: Record<string, JobMessage['type']> = {
  esriJobMessageTypeInformative: 'informative',
  esriJobMessageTypeWarning: 'warning',
  esriJobMessageTypeError: 'error',
  esriJobMessageTypeEmpty: 'empty',
  esriJobMessageTypeAbort: 'abort',
};

const ENDED: Record<string, JobState['outcome']> = {
  esriJobSucceeded: 'succeeded',
  esriJobFailed: 'failed',
  esriJobTimedOut: 'timed-out',
  esriJobCancelled: 'cancelled',
  esriJobDeleted: 'lost',
};

/** The other six of the eleven that are documented. */
const RUNNING = ['New', 'Submitted', 'Waiting', 'Executing', 'Cancelling', 'Deleting'].map(
  (state) => `esriJob${state}`,
);

const NO_MESSAGE = { type: '', description: '' };
const percentSchema = z.coerce.number().optional().catch(undefined);

const jobSchema = z.looseObject({
  jobStatus: z.string(),
  messages: z
    .array(z.looseObject({ type: z.string().catch(''), description: z.string().catch('') }).catch(NO_MESSAGE))
    .nullish()
    .catch(undefined),
  // Esri's own clients disagree on the name: `percent` (JavaScript SDK) and `percentage` (arcgis-rest-js).
  progress: z.looseObject({ percent: percentSchema, percentage: percentSchema }).nullish().catch(undefined),
  results: z
    .record(z.string(), z.looseObject({ paramUrl: z.string().optional() }))
    .nullish()
    .catch(undefined),
});

/**
 * Asks for the state of a job (page "GP Job"). Safe to repeat. A state that is not known counts as running.
 *
 * @throws the Vendor… errors; a job that the server no longer knows is no error but the outcome `lost`
 */
export async function checkJob(site: ArcgisSite, job: { taskUrl: string; jobId: string }): Promise<JobState> {
  const path = jobPath(site, job);
  try {
    const reply = await site.call({ path, form: { returnMessages: 'true' }, reply: jobSchema });
    const { jobStatus, messages, progress, results } = reply;
    const outcome = ENDED[jobStatus] ?? 'running';
    return {
      jobStatus,
      outcome,
      isKnown: outcome !== 'running' || RUNNING.includes(jobStatus),
      percent: outcome === 'running' ? (progress?.percent ?? progress?.percentage) : undefined,
      messages: (messages ?? []).map(({ type, description }) => ({
        type: MESSAGE_TYPES[type] ?? 'informative',
        text: redact(description),
      })),
      outputUrl: outcome === 'succeeded' ? await readOutputUrl(site, path, Object.keys(results ?? {})) : undefined,
    };
  } catch (error) {
    if (error instanceof VendorRejectedError && isUnknownJob(error)) {
      return {
        jobStatus: 'unknown to the server',
        outcome: 'lost',
        isKnown: true,
        messages: [{ type: 'error', text: error.message }],
      };
    }
    throw error;
  }
}

/** No body for an unknown job was ever captured: 400 and 404 are taken for it, and a 500 whose text says so. */
function isUnknownJob({ code, message }: VendorRejectedError): boolean {
  return code === 400 || code === 404 || (code === 500 && /not (be )?found|not exist|invalid job/i.test(message));
}

/**
 * Asks the server to cancel a job, and for its state after that. Safe to repeat; a job that has ended stays as it is.
 * REST refuses while the job is still in `esriJobSubmitted` (page "Cancel GP Job") and lets it run on, so the Admin
 * API is asked then, whose page says that it can.
 *
 * @throws VendorUnreachableError and VendorBusyError: ask again later
 */
export async function cancelJob(site: ArcgisSite, job: { taskUrl: string; jobId: string }): Promise<JobState> {
  const before = await checkJob(site, job);
  if (before.outcome !== 'running' || before.jobStatus === 'esriJobCancelling') return before;
  const path = jobPath(site, job);
  if (!(await isTaken(site, `${path}/cancel`))) await isTaken(site, adminJobPath(path));
  return await checkJob(site, job);
}

/** A refusal is no failure here: what counts is the job's state afterwards. */
async function isTaken(site: ArcgisSite, path: string): Promise<boolean> {
  try {
    await site.call({ path, reply: z.looseObject({}) });
    return true;
  } catch (error) {
    if (error instanceof VendorRejectedError || error instanceof VendorContractError) return false;
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

/** A credential never goes to an address that is not the site's. */
function jobPath(site: ArcgisSite, { taskUrl, jobId }: { taskUrl: string; jobId: string }): string {
  const root = site.address('rest/services/');
  const below = taskUrl.slice(root.length);
  const isBelow = taskUrl.startsWith(root) && !/[?#]|\/\/|%(?!20)/.test(below);
  // What the URL parser would change (dots, line ends, back-slashes) is no path of a task; all that one encodes is a space.
  if (isBelow && new URL(taskUrl).pathname === new URL(root).pathname + below) {
    return `rest/services/${below}/jobs/${encodeURIComponent(jobId)}`;
  }
  throw new InvalidInputError(
    `job.taskUrl: ${taskUrl} is not below ${root}: the job belongs to another site than its target.`,
  );
}

const OUTPUT_URL = 'out_service_url';

/** The caching tools name the service as their output. The job has succeeded whether or not it can be read. */
async function readOutputUrl(site: ArcgisSite, path: string, results: string[]): Promise<string | undefined> {
  if (!results.includes(OUTPUT_URL)) return undefined;
  const reply = z.looseObject({ value: z.string().min(1) });
  const fallback = site.address(`${path}/results/${OUTPUT_URL}`);
  return await site.call({ path: `${path}/results/${OUTPUT_URL}`, reply }).then(
    ({ value }) => redact(value),
    () => fallback,
  );
}
