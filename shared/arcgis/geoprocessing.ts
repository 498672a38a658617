import * as z from 'zod/mini';
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
import type { JobState } from '../jobs/job-state.ts';
import { findJobPatiently } from './find-job.ts';
import { statusWord, toMessage, tooManyMessages } from './job-words.ts';
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

const submittedSchema = z.looseObject({ jobId: jobIdSchema, jobStatus: z.catch(z.string(), 'esriJobSubmitted') });

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
  const { taskPath, lostSince } = sought;
  const taskUrl = site.address(taskPath);
  // By all that was sent: a job for other scales or another area is not this one.
  const lost = { taskPath, inputs: parameters };
  if (lostSince !== undefined) return await adoptJob(site, lost, lostSince, 'The submit broke off.');
  const since = Date.now();
  let adopted: SubmittedJob | undefined;
  const { jobId, jobStatus } = await site.call({
    path: `${taskPath}/submitJob`,
    form: parameters,
    reply: submittedSchema,
    repeatable: 'if-nothing-was-done',
    answerTimeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
    recover: async (error) => {
      if (!mayHaveStarted(error)) throw error;
      adopted = await adoptJob(site, lost, since, error.message);
      return { ...adopted };
    },
  });
  return adopted ?? { taskUrl, jobId, jobStatus: statusWord(jobStatus), jobUrl: jobUrl(taskUrl, jobId) };
}

async function adoptJob(site: ArcgisSite, lost: SoughtJob, since: number, reason: string): Promise<SubmittedJob> {
  const taskUrl = site.address(lost.taskPath);
  const found = await findJobPatiently(site, lost, since);
  if (found !== undefined) {
    return { taskUrl, jobId: found, jobStatus: 'esriJobSubmitted', jobUrl: jobUrl(taskUrl, found), adopted: true };
  }
  throw new SubmitUncertainError(
    `${reason} The job may have been started all the same, so it was not submitted again; the server's job list does not show it, or cannot be read. Look for it in ArcGIS Server Manager or below ${site.address('admin/services')} (the jobs of the geoprocessing service) before you start this again.`,
  );
}

function mayHaveStarted(error: unknown): error is Error {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return error.sent;
  if (error instanceof VendorContractError) return !error.redirect;
  return error instanceof VendorRejectedError && /^HTTP 5/.test(String(error.code));
}

function jobUrl(taskUrl: string, jobId: string): string {
  return `${taskUrl}/jobs/${encodeURIComponent(jobId)}`;
}

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
const percentSchema = z.catch(z.optional(z.coerce.number()), undefined);

const messageSchema = z.catch(
  z.looseObject({ type: z.catch(z.string(), ''), description: z.catch(z.string(), '') }),
  NO_MESSAGE,
);

const jobSchema = z.looseObject({
  jobStatus: z.string(),
  messages: z.catch(z.nullish(z.array(messageSchema)), undefined),
  // Esri's own clients disagree on the name: `percent` (JavaScript SDK) and `percentage` (arcgis-rest-js).
  progress: z.catch(z.nullish(z.looseObject({ percent: percentSchema, percentage: percentSchema })), undefined),
  results: z.catch(z.nullish(z.record(z.string(), z.looseObject({ paramUrl: z.optional(z.string()) }))), undefined),
});

/**
 * Asks for the state of a job (page "GP Job"). Safe to repeat. A state that is not known counts as running. Where the
 * messages make the answer too large it is asked for again without them (`returnMessages`), which the caller may
 * remember: messages only become more.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function checkJob(
  site: ArcgisSite,
  job: { taskUrl: string; jobId: string },
  { withoutMessages = false } = {},
): Promise<JobState> {
  try {
    return await readState(site, jobPath(site, job), withoutMessages);
  } catch (error) {
    if (error instanceof VendorRejectedError && isUnknownJob(error)) {
      return {
        jobStatus: 'unknown to the server',
        outcome: 'unknown',
        isKnown: true,
        messages: [{ type: 'error', text: error.message }],
      };
    }
    throw error;
  }
}

async function readState(site: ArcgisSite, path: string, isKnownTooLarge: boolean): Promise<JobState> {
  let withoutMessages = isKnownTooLarge;
  const reply = await site.call({
    path,
    form: { returnMessages: String(!withoutMessages) },
    reply: jobSchema,
    recover: async (error) => {
      if (withoutMessages || !(error instanceof VendorContractError && error.tooLarge)) throw error;
      withoutMessages = true;
      return await site.call({ path, form: { returnMessages: 'false' }, reply: jobSchema });
    },
  });
  const { jobStatus, messages, progress, results } = reply;
  const outcome = ENDED[jobStatus] ?? 'running';
  const instead = withoutMessages ? [tooManyMessages(site.address(path))] : [];
  return {
    jobStatus: statusWord(jobStatus),
    outcome,
    isKnown: outcome !== 'running' || RUNNING.includes(jobStatus),
    percent: outcome === 'running' ? (progress?.percent ?? progress?.percentage) : undefined,
    messages: messages?.length ? messages.map(toMessage) : instead,
    withoutMessages: withoutMessages || undefined,
    outputUrl: outcome === 'succeeded' ? await readOutputUrl(site, path, Object.keys(results ?? {})) : undefined,
  };
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
  const reply = z.looseObject({ value: z.string().check(z.minLength(1)) });
  const fallback = site.address(`${path}/results/${OUTPUT_URL}`);
  return await site.call({ path: `${path}/results/${OUTPUT_URL}`, reply }).then(
    ({ value }) => redact(value),
    () => fallback,
  );
}
