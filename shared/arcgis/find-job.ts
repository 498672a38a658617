import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { CacheOpsError, VendorRejectedError } from '../errors.ts';
import type { SoughtJob } from '../jobs/job-reference.ts';
import type { ArcgisSite } from './site.ts';

const LOOKS = 3;
const PAUSE_MS = 1_000;
/** The server's clock is not ours. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** A job of ours is not older than its submit, but for the rounding of times. */
const SAME_MOMENT_MS = 5_000;
const MAX_CANDIDATES = 50;

const timeSchema = z.union([z.number(), z.string()]);

/** The shape of the Admin API's job list is not documented: every likely spelling is read. */
const listedSchema = z.looseObject({
  jobId: z.optional(z.string()),
  jobid: z.optional(z.string()),
  jobID: z.optional(z.string()),
  id: z.optional(z.string()),
  jobStatus: z.optional(z.string()),
  status: z.optional(z.string()),
  submitTime: z.optional(timeSchema),
  submittedTime: z.optional(timeSchema),
  startTime: z.optional(timeSchema),
});

const jobListSchema = z.union([
  z.pipe(
    z.looseObject({ jobs: z.array(listedSchema) }),
    z.transform(({ jobs }) => jobs),
  ),
  z.array(listedSchema),
]);

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
 * Looks in the Admin API's job list for a running job with these inputs that was submitted since then (epoch ms). Safe
 * to repeat. A job that has ended is left out: it may be an earlier one. `unclear` where more than one could be meant,
 * or one that was submitted a little earlier by the server's clock, or the list cannot be read as it should.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function findJob(site: ArcgisSite, { taskPath, inputs }: SoughtJob, since: number): Promise<FoundJob> {
  const listPath = taskPath.replace(/^rest\/services\/(.+)\/GPServer\/[^/]*$/, 'admin/services/$1.GPServer/jobs');
  const listed = await site.call({ path: listPath, reply: jobListSchema });
  const running = listed.filter((job) => mayBeMeant(job, since));
  if (running.length > MAX_CANDIDATES) return { unclear: `${running.length} jobs are running` };
  const matches: { jobId: string; isEarlier: boolean }[] = [];
  for (const job of running) {
    const jobId = job.jobId ?? job.jobid ?? job.jobID ?? job.id;
    if (jobId === undefined) return { unclear: 'the job list has entries without a job id' };
    const isMeant = await isRunningWith(site, `${taskPath}/jobs/${encodeURIComponent(jobId)}`, inputs);
    if (isMeant === undefined) return { unclear: `the inputs of job ${jobId} cannot be read` };
    if (isMeant) matches.push({ jobId, isEarlier: (submittedAt(job) ?? since) < since - SAME_MOMENT_MS });
  }
  const [match, ...others] = matches;
  if (match === undefined) return { none: true };
  if (others.length > 0) return { unclear: `${matches.length} running jobs have the same inputs` };
  return match.isEarlier ? { unclear: `job ${match.jobId} seems to be older than the submit` } : { jobId: match.jobId };
}

function mayBeMeant(job: z.output<typeof listedSchema>, since: number): boolean {
  return (submittedAt(job) ?? since) >= since - CLOCK_SKEW_MS && !hasEnded(job.jobStatus ?? job.status ?? '');
}

function submittedAt({ submitTime, submittedTime, startTime }: z.output<typeof listedSchema>): number | undefined {
  const time = submitTime ?? submittedTime ?? startTime;
  const epoch = typeof time === 'string' && !/^\d+$/.test(time) ? Date.parse(time) : Number(time);
  return Number.isNaN(epoch) ? undefined : epoch;
}

function hasEnded(jobStatus: string): boolean {
  return /Succeeded|Failed|TimedOut|Cancelled|Deleted/.test(jobStatus);
}

/** Undefined where the inputs are not told. A job of another task, or one that is gone meanwhile, is simply not the one. */
async function isRunningWith(
  site: ArcgisSite,
  jobPath: string,
  wanted: Record<string, string>,
): Promise<boolean | undefined> {
  try {
    const { jobStatus, inputs } = await site.call({ path: jobPath, reply: jobInputsSchema });
    if (hasEnded(jobStatus)) return false;
    if (Object.keys(inputs ?? {}).length === 0) return undefined;
    for (const [name, value] of Object.entries(wanted)) {
      if (!(name in (inputs ?? {}))) return false;
      const input = await site.call({ path: `${jobPath}/inputs/${name}`, reply: inputValueSchema });
      if (String(input.value) !== value) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof VendorRejectedError && (error.code === 400 || error.code === 404)) return false;
    throw error;
  }
}
