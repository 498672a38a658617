import * as z from 'zod/mini';
import { VendorRejectedError } from '../errors.ts';
import { recordOf } from '../http/list-of.ts';
import { jobIdSchema } from '../jobs/job-reference.ts';
import type { ArcgisSite } from './site.ts';

/** The number that the documentation's examples have; whether a server gives more is not documented. */
const JOBS_PER_PAGE = '10';
const MAX_PAGES = 100;

/** In the order in which a job passes them: one that moves on meanwhile is met in a later state. */
const RUNNING_STATES = ['New', 'Submitted', 'Waiting', 'Executing', 'Cancelling'].map((state) => `esriJob${state}`);

const timeSchema = z.catch(z.nullish(z.union([z.number(), z.string()])), undefined);

/** `jobID` and the first time are the Server Administrator API's names, the others the Enterprise Administrator API's. */
const entrySchema = z.looseObject({
  jobID: z.optional(jobIdSchema),
  job_id: z.optional(jobIdSchema),
  submittedTime: timeSchema,
  job_created: timeSchema,
  status: z.catch(z.string(), ''),
  url: z.catch(z.nullish(z.string()), undefined),
});

const pageSchema = z.looseObject({
  total: z.catch(z.optional(z.coerce.number()), undefined),
  nextStart: z.catch(z.optional(z.coerce.number()), undefined),
  results: recordOf(jobIdSchema, entrySchema),
});

/** A job as the list has it. */
export interface ListedJob {
  jobId: string;
  /** Epoch milliseconds; undefined where it is not told. */
  submittedAt: number | undefined;
  hasEnded: boolean;
  /** The task as it is in addresses, decoded; undefined where it is not told. */
  task: string | undefined;
}

/** What is read of the list, and whether that is all of it. */
export interface JobList {
  jobs: ListedJob[];
  isWhole: boolean;
}

/**
 * The jobs of a task's service that were submitted since then (epoch ms), and perhaps others: the Admin API's job list
 * (pages "Query Jobs" of the Server and "Query GP Service Job" of the Enterprise Administrator API), all its pages. Safe
 * to repeat. One of the pages requires a state to filter by: where the list is refused or empty without one, every
 * running state is asked for.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function listJobs(site: ArcgisSite, taskPath: string, since: number): Promise<JobList> {
  const path = taskPath.replace(/^rest\/services\/(.+)\/GPServer\/[^/]*$/, 'admin/services/$1.GPServer/jobs/query');
  // Seconds: read as milliseconds they lie in 1970, and the list has more than was asked for. The other way round it has
  // nothing. So no end is given either.
  const filter = { startTime: String(Math.floor(since / 1000)) };
  const all = await readPages(site, path, filter, emptyIfIncomplete);
  if (all.jobs.length > 0 || !all.isWhole) return all;
  const lists: JobList[] = [];
  for (const jobStatus of RUNNING_STATES) lists.push(await readPages(site, path, { ...filter, jobStatus }));
  const jobs = new Map(lists.flatMap((list) => list.jobs).map((job) => [job.jobId, job]));
  return { jobs: [...jobs.values()], isWhole: lists.every(({ isWhole }) => isWhole) };
}

/** The codes that may mean a filter that is missing; which one it is is not documented. */
function emptyIfIncomplete(error: unknown): z.input<typeof pageSchema> {
  if (error instanceof VendorRejectedError && (error.code === 400 || error.code === 500)) return { results: {} };
  throw error;
}

async function readPages(
  site: ArcgisSite,
  path: string,
  filter: Record<string, string>,
  firstRefused?: (error: unknown) => z.input<typeof pageSchema>,
): Promise<JobList> {
  const jobs = new Map<string, ListedJob>();
  let start = 1;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const form = { ...filter, start: String(start), number: JOBS_PER_PAGE };
    const recover = page === 1 && firstRefused ? { recover: firstRefused } : {};
    const call = { path, method: 'GET' as const, form, reply: pageSchema, ...recover };
    const { results, nextStart = -1, total = 0 } = await site.call(call);
    for (const [key, entry] of Object.entries(results)) {
      const job = listedJob(key, entry);
      jobs.set(job.jobId, job);
    }
    // The list may have changed between two pages.
    if (nextStart <= start) return { jobs: [...jobs.values()], isWhole: jobs.size >= total };
    start = nextStart;
  }
  return { jobs: [...jobs.values()], isWhole: false };
}

function listedJob(key: string, entry: z.output<typeof entrySchema>): ListedJob {
  const { jobID, job_id, submittedTime, job_created, status, url } = entry;
  const task = /\/GPServer\/([^/]+)\/jobs\//.exec(url ?? '')?.[1];
  return {
    jobId: jobID ?? job_id ?? key,
    submittedAt: epochMilliseconds(submittedTime ?? job_created ?? undefined),
    hasEnded: hasEnded(status),
    task: task === undefined ? undefined : decoded(task),
  };
}

const FIRST_MILLISECONDS = 1e11;

/** The pages say milliseconds, an example of theirs is in seconds. What is below 1e11 is the year 1973 in the one, 5138 in the other. */
export function epochMilliseconds(time: number | string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const number = typeof time === 'string' && !/^\d+$/.test(time) ? Date.parse(time) : Number(time);
  if (!(number > 0)) return undefined;
  return number < FIRST_MILLISECONDS ? number * 1000 : number;
}

/** With `esriJob` before it in the one list, without in the other. */
export function hasEnded(jobStatus: string): boolean {
  return /^(esriJob)?(Succeeded|Failed|TimedOut|Cancelled|Deleted)$/i.test(jobStatus);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
