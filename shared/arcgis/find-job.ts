import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { CacheOpsError } from '../errors.ts';
import type { SoughtJob } from '../jobs/job-reference.ts';
import type { ArcgisSite } from './site.ts';

const LOOKS = 3;
const PAUSE_MS = 1_000;
/** The server's clock is not ours. */
const CLOCK_SKEW_MS = 5 * 60_000;
const MAX_CANDIDATES = 50;

/** The shape of the Admin API's job list is not documented: every likely spelling is read. */
const listedSchema = z.looseObject({
  jobId: z.string().optional(),
  jobid: z.string().optional(),
  id: z.string().optional(),
  jobStatus: z.string().optional(),
  status: z.string().optional(),
  submitTime: z.union([z.number(), z.string()]).optional(),
  submittedTime: z.union([z.number(), z.string()]).optional(),
  startTime: z.union([z.number(), z.string()]).optional(),
});

const jobListSchema = z.union([
  z.looseObject({ jobs: z.array(listedSchema) }).transform(({ jobs }) => jobs),
  z.array(listedSchema),
]);

const jobInputsSchema = z.looseObject({ jobStatus: z.string(), inputs: z.record(z.string(), z.unknown()).nullish() });
const inputValueSchema = z.looseObject({ value: z.unknown() });

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
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof CacheOpsError)) throw error;
    }
  }
  return undefined;
}

/**
 * Looks in the Admin API's job list for a running job with these inputs that was submitted since then (epoch ms). Safe
 * to repeat. Undefined where there is none, or more than one: then nobody can say which is meant. A job that has ended
 * is left out: it may be an earlier one.
 *
 * @throws the Vendor… errors where the list cannot be read
 */
export async function findJob(
  site: ArcgisSite,
  { taskPath, inputs }: SoughtJob,
  since: number,
): Promise<string | undefined> {
  const listPath = taskPath.replace(/^rest\/services\/(.+)\/GPServer\/.*$/, 'admin/services/$1.GPServer/jobs');
  const listed = await site.call({ path: listPath, reply: jobListSchema });
  const found: string[] = [];
  for (const jobId of candidates(listed, since)) {
    if (await isRunningWith(site, `${taskPath}/jobs/${encodeURIComponent(jobId)}`, inputs)) found.push(jobId);
  }
  return found.length === 1 ? found[0] : undefined;
}

function candidates(listed: z.output<typeof listedSchema>[], since: number): string[] {
  const recent = listed.filter((job) => {
    const submittedAt = timeOf(job.submitTime ?? job.submittedTime ?? job.startTime);
    return (submittedAt ?? since) >= since - CLOCK_SKEW_MS && !hasEnded(job.jobStatus ?? job.status ?? '');
  });
  return recent
    .map(({ jobId, jobid, id }) => jobId ?? jobid ?? id)
    .filter((id) => id !== undefined)
    .slice(-MAX_CANDIDATES);
}

function hasEnded(jobStatus: string): boolean {
  return /Succeeded|Failed|TimedOut|Cancelled|Deleted/.test(jobStatus);
}

function timeOf(time: number | string | undefined): number | undefined {
  const epoch = typeof time === 'string' && !/^\d+$/.test(time) ? Date.parse(time) : Number(time);
  return Number.isNaN(epoch) ? undefined : epoch;
}

/** A job of another task, or one that is gone meanwhile, is simply not the one. */
async function isRunningWith(site: ArcgisSite, jobPath: string, wanted: Record<string, string>): Promise<boolean> {
  try {
    const { jobStatus, inputs } = await site.call({ path: jobPath, reply: jobInputsSchema });
    if (hasEnded(jobStatus)) return false;
    for (const [name, value] of Object.entries(wanted)) {
      if (!(name in (inputs ?? {}))) return false;
      const input = await site.call({ path: `${jobPath}/inputs/${name}`, reply: inputValueSchema });
      if (String(input.value) !== value) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof CacheOpsError) return false;
    throw error;
  }
}
