import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { CacheOpsError, InvalidInputError, VendorRejectedError } from '../errors.ts';
import type { SoughtJob } from '../jobs/job-reference.ts';
import { compareInput, EVERY_SCALE, inputsToCompare, type Likeness } from './job-inputs.ts';
import { hasEnded, type ListedJob, listJobs } from './job-list.ts';
import { chooseScales, describeService, tileCacheOf } from './map-service.ts';
import { inputServiceSchema } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

const LOOKS = 3;
const PAUSE_MS = 1_000;
/** The server's clock is not ours. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** A job of ours is not older than its submit, but for the rounding of times. */
const SAME_MOMENT_MS = 5_000;
/** Three submits of two minutes, the state machine's pauses between them, and its waits for Lambda to have room. */
export const SUBMITS_END_AFTER_MS = 16 * 60_000;
const MAX_CANDIDATES = 50;

const jobInputsSchema = z.looseObject({ jobStatus: z.string(), inputs: z.nullish(z.record(z.string(), z.unknown())) });
const inputValueSchema = z.looseObject({ value: z.unknown() });

/** What the server's job list tells of a job: its id, that there is none, or that it cannot be told. */
export type FoundJob = { jobId: string } | { none: true } | { unclear: string };

/** {@link findJob}, looked for again a moment later: the server may still be at work on the lost submit. */
export async function findJobPatiently(
  site: ArcgisSite,
  sought: SoughtJob,
  since: number,
): Promise<string | undefined> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await sleep(PAUSE_MS);
    try {
      const found = await findJob(site, sought, since);
      if ('jobId' in found) return found.jobId;
    } catch (error) {
      if (!(error instanceof CacheOpsError)) throw error;
    }
  }
  return undefined;
}

/**
 * Looks in the Admin API's job list for the running job with these inputs that was submitted by a run which began to
 * submit at that time (epoch ms). Safe to repeat. A job that has ended is left out: it may be an earlier one; so is one that
 * was submitted when the run could no longer do so: somebody else's. `unclear` where more than one could be meant, or one
 * whose time or inputs leave a doubt, or where the list was not read as a whole.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function findJob(site: ArcgisSite, sought: SoughtJob, since: number): Promise<FoundJob> {
  const { jobs, isWhole } = await listJobs(site, sought.taskPath, since - CLOCK_SKEW_MS);
  const candidates = jobs.filter((job) => mayBeMeant(job, sought, since));
  if (candidates.length > MAX_CANDIDATES) return { unclear: `${candidates.length} jobs are running` };
  const matches: string[] = [];
  const doubts: string[] = [];
  for (const job of candidates) {
    const likeness = await compareJob(site, job, sought);
    if (likeness === 'other') continue;
    const doubt = likeness === 'unclear' ? 'has inputs that cannot be compared' : doubtOfTime(job, since);
    if (doubt === undefined) matches.push(job.jobId);
    else doubts.push(`job ${job.jobId} ${doubt}`);
  }
  const [jobId, ...others] = matches;
  if (others.length > 0) return { unclear: `${matches.length} running jobs have the same inputs` };
  if (doubts.length > 0) return { unclear: doubts.slice(0, 5).join(', ') };
  if (jobId !== undefined) return { jobId };
  return isWhole ? { none: true } : { unclear: 'the job list is too long, or changed while it was read' };
}

function mayBeMeant({ hasEnded: isOver, submittedAt, task }: ListedJob, sought: SoughtJob, since: number): boolean {
  const earliest = since - CLOCK_SKEW_MS;
  const latest = since + SUBMITS_END_AFTER_MS + CLOCK_SKEW_MS;
  const isInTime = submittedAt === undefined || (submittedAt >= earliest && submittedAt <= latest);
  const isOfTask = task === undefined || task === decodeURIComponent(sought.taskPath.split('/').at(-1) ?? '');
  return !isOver && isInTime && isOfTask;
}

function doubtOfTime({ submittedAt }: ListedJob, since: number): string | undefined {
  if (submittedAt === undefined) return 'does not tell when it was submitted';
  if (submittedAt < since - SAME_MOMENT_MS) return 'seems to be older than the submit';
  if (submittedAt > since + SUBMITS_END_AFTER_MS) return 'seems to be younger than the submit';
  return undefined;
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

/** "Every scale" is what the service says it is; where it no longer says so, nothing is known of the scales. */
async function resolved(site: ArcgisSite, name: string, sought: Record<string, string>): Promise<string | undefined> {
  const service = inputServiceSchema.safeParse(sought['service_url']);
  if (name !== 'levels' || sought[name] !== EVERY_SCALE || !service.success) return sought[name];
  try {
    const cache = tileCacheOf(await describeService(site, service.data), service.data);
    return chooseScales('ALL', cache).join(';');
  } catch (error) {
    if (error instanceof InvalidInputError || isUnknown(error)) return undefined;
    throw error;
  }
}
