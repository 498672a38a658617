import * as z from 'zod/mini';
import { VendorRejectedError } from '../errors.ts';
import type { SoughtJob } from '../jobs/job-reference.ts';
import { compareInput, inputsToCompare, type Likeness } from './job-inputs.ts';
import { hasEnded, type ListedJob, listJobs } from './job-list.ts';
import { isSaidByService, resolveInputs } from './said-by-service.ts';
import type { ArcgisSite } from './site.ts';
import { CLOCK_SKEW_MS, doubtOfTime, type FoundJob, foundJob, isInTime } from './submit-once.ts';

const MAX_CANDIDATES = 50;

const jobInputsSchema = z.looseObject({ jobStatus: z.string(), inputs: z.nullish(z.record(z.string(), z.unknown())) });
const inputValueSchema = z.looseObject({ value: z.unknown() });

/**
 * Looks in the Admin API's job list for the running job with these inputs that was submitted by a run which began to
 * submit at that time (epoch ms). Safe to repeat. A job that has ended is left out: it may be an earlier one; so is one that
 * was submitted when the run could no longer do so: somebody else's. `unclear` where more than one could be meant, or one
 * whose time or inputs leave a doubt, or where the list was not read as a whole.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function findGeoprocessingJob(site: ArcgisSite, sought: SoughtJob, since: number): Promise<FoundJob> {
  const { jobs, isWhole } = await listJobs(site, sought.taskPath, since - CLOCK_SKEW_MS);
  const candidates = jobs.filter((job) => mayBeMeant(job, sought, since));
  if (candidates.length > MAX_CANDIDATES) return { unclear: `${candidates.length} jobs are running` };
  const matches: string[] = [];
  const doubts: string[] = [];
  for (const job of candidates) {
    const likeness = await compareJob(site, job, sought);
    if (likeness === 'other') continue;
    const doubt = likeness === 'unclear' ? 'has inputs that cannot be compared' : doubtOfTime(job.submittedAt, since);
    if (doubt === undefined) matches.push(job.jobId);
    else doubts.push(`job ${job.jobId} ${doubt}`);
  }
  return foundJob(sought.taskPath, { matches, doubts, isWhole });
}

function mayBeMeant({ hasEnded: isOver, submittedAt, task }: ListedJob, sought: SoughtJob, since: number): boolean {
  const isOfTask = task === undefined || task === decodeURIComponent(sought.taskPath.split('/').at(-1) ?? '');
  return !isOver && isInTime(submittedAt, since) && isOfTask;
}

/** A job that is gone or has ended meanwhile, or is one of another task, is another one. */
async function compareJob(
  site: ArcgisSite,
  { jobId }: ListedJob,
  { taskPath, inputs: sought }: SoughtJob,
): Promise<Likeness> {
  const jobPath = `${taskPath}/jobs/${encodeURIComponent(jobId)}`;
  try {
    const { jobStatus, inputs } = await site.call({ path: jobPath, reply: jobInputsSchema });
    if (hasEnded(jobStatus)) return 'other';
    const given = new Set(Object.keys(inputs ?? {}));
    if (given.size === 0) return 'unclear';
    let result: Likeness = 'same';
    for (const name of inputsToCompare(sought)) {
      const likeness = given.has(name)
        ? await compareListedInput(site, `${jobPath}/inputs/${name}`, name, sought)
        : compareInput(name, sought[name], undefined);
      if (likeness === 'other') return likeness;
      if (likeness === 'unclear') result = likeness;
    }
    return result;
  } catch (error) {
    if (isUnknown(error)) return 'other';
    throw error;
  }
}

async function compareListedInput(
  site: ArcgisSite,
  path: string,
  name: string,
  sought: Record<string, string>,
): Promise<Likeness> {
  const wanted = await resolved(site, name, sought);
  try {
    const { value } = await site.call({ path, reply: inputValueSchema });
    return compareInput(name, wanted, value);
  } catch (error) {
    if (isUnknown(error)) return 'unclear';
    throw error;
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof VendorRejectedError && (error.code === 400 || error.code === 404);
}

/** What only the service says: its cached scales, and the extents of its layers. Where it no longer says so, nothing is known. */
async function resolved(site: ArcgisSite, name: string, sought: Record<string, string>): Promise<string | undefined> {
  const isOpen = (name === 'levels' || name === 'area_of_interest') && isSaidByService(sought[name]);
  return isOpen ? (await resolveInputs(site, sought))?.inputs[name] : sought[name];
}
