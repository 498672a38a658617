import * as z from 'zod/mini';
import { CacheOpsError, VendorRejectedError } from '../errors.ts';
import { listOf } from '../http/list-of.ts';
import { jobIdSchema, type SoughtJob } from '../jobs/job-reference.ts';
import { type HostedCall, hostedCall } from './hosted-call.ts';
import { hasHostedJobEnded, isDone } from './hosted-words.ts';
import { epochMilliseconds } from './job-list.ts';
import type { ArcgisSite } from './site.ts';
import {
  doubtOfTime,
  type FoundJob,
  foundJob,
  isInTime,
  jobPath,
  type SubmittedJob,
  submitOnce,
  submittedJob,
} from './submit-once.ts';

const startedSchema = z.looseObject({ jobId: jobIdSchema });
/** A job, if there is one, is a child resource. */
const deletedSchema = z
  .looseObject({ jobId: z.optional(jobIdSchema) })
  .check(z.refine((answer) => answer.jobId !== undefined || isDone(answer), 'must say that it succeeded'));

/** What a submit came to: no job where the vendor has done it already. */
interface HostedSubmission {
  job?: SubmittedJob | undefined;
  notes?: string[];
}

/**
 * Has the tiles of a hosted service made or deleted, once: making tiles costs credits.
 *
 * @throws SubmitUncertainError when the job may exist and is not found
 */
export async function submitHostedJob(
  site: ArcgisSite,
  sought: SoughtJob,
  parameters: Record<string, string>,
): Promise<HostedSubmission> {
  const call = await hostedCall(site, sought, parameters);
  if (call === undefined) {
    throw new VendorRejectedError(
      `${sought.inputs['service_url']} has changed while it was looked at, nothing was submitted. Start this again.`,
    );
  }
  const { adminPath, operation, form } = call;
  const isWhole = operation === 'deleteAllTiles';
  const since = sought.lostSince ?? Date.now();
  const job = await submitOnce(site, {
    path: `${adminPath}/${operation}`,
    form,
    reply: isWhole ? deletedSchema : startedSchema,
    lostSince: sought.lostSince,
    taskPath: adminPath,
    jobStatus: 'Submitted',
    find: (from) => findJobOf(site, call, from),
    lookAt: `at ${site.address(`${adminPath}/jobs`)} (the service's own jobs)`,
  });
  const notes = isWhole ? [SCHEME_STAYS] : [];
  return { job: job ?? (await childJob(site, call, since)), notes };
}

const SCHEME_STAYS = 'All tiles are deleted; the tiling scheme of a hosted service stays.';

/** The job of a deletion whose answer named none. The tiles are deleted whether or not there is one. */
async function childJob(site: ArcgisSite, call: HostedCall, since: number): Promise<SubmittedJob | undefined> {
  try {
    const found = await findJobOf(site, call, since);
    return 'jobId' in found ? submittedJob(site, found, 'Submitted') : undefined;
  } catch (error) {
    if (error instanceof CacheOpsError) return undefined;
    throw error;
  }
}

/**
 * Looks in the service's own job list for the job that does what is sought, submitted by a run which began to submit at that
 * time (epoch ms). Safe to repeat.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function findHostedJob(site: ArcgisSite, sought: SoughtJob, since: number): Promise<FoundJob> {
  const call = await hostedCall(site, sought);
  if (call !== undefined) return await findJobOf(site, call, since);
  const startsJob = !sought.taskPath.endsWith('/Refresh%20Service');
  return startsJob ? { unclear: 'the service no longer says what was asked for' } : { none: true };
}

const textSchema = z.catch(z.nullish(z.string()), undefined);
const timeSchema = z.catch(z.nullish(z.union([z.number(), z.string()])), undefined);
const entrySchema = z.looseObject({
  id: z.catch(z.optional(jobIdSchema), undefined),
  jobId: z.catch(z.optional(jobIdSchema), undefined),
  status: textSchema,
  type: textSchema,
  submitTime: timeSchema,
});
const listSchema = z.looseObject({
  total: z.catch(z.optional(z.coerce.number()), undefined),
  jobs: listOf(entrySchema),
});
const levelsSchema = z.catch(z.nullish(z.array(z.looseObject({ level: z.coerce.number() }))), undefined);
const workSchema = z.looseObject({ type: textSchema, extent: z.unknown(), levelStats: levelsSchema });

const MAX_CANDIDATES = 50;

/**
 * Jobs that have ended count too: a small one is done before its submit is known to be lost, and is paid for. A job is ours by
 * its time and by all that it tells of its work.
 */
async function findJobOf(site: ArcgisSite, call: HostedCall, since: number): Promise<FoundJob> {
  const path = `${call.adminPath}/jobs`;
  const { jobs, total = 0 } = await site.call({ path, method: 'GET', reply: listSchema });
  const candidates = jobs.flatMap(({ id, jobId = id, status, type, submitTime }) => {
    const submittedAt = epochMilliseconds(submitTime ?? undefined);
    const isMeant = jobId !== undefined && isInTime(submittedAt, since) && isOfKind(type, call);
    const doubt = doubtOfTime(submittedAt, since);
    // One that has ended and was not submitted just then is an earlier one.
    return isMeant && (doubt === undefined || !hasHostedJobEnded(status ?? '')) ? [{ jobId, doubt }] : [];
  });
  if (candidates.length > MAX_CANDIDATES) return { unclear: `${candidates.length} jobs were submitted at that time` };
  const matches: string[] = [];
  const doubts: string[] = [];
  for (const { jobId, doubt } of candidates) {
    const work = await site.call({
      path: jobPath({ taskPath: call.adminPath, jobId }),
      method: 'GET',
      reply: workSchema,
    });
    if (!isOfKind(work.type, call) || !hasSameLevels(work.levelStats, call) || !hasSameExtent(work.extent, call))
      continue;
    if (doubt === undefined) matches.push(jobId);
    else doubts.push(`job ${jobId} ${doubt}`);
  }
  return foundJob(call.adminPath, { matches, doubts, isWhole: jobs.length >= total });
}

/** `CACHECOOKER`, `CacheDelete`; the word of a rebuilt vector tile layer is not documented. */
function isOfKind(type: string | null | undefined, { operation }: HostedCall): boolean {
  if (!type) return true;
  return /import|export/i.test(type) ? false : /delet/i.test(type) === operation.startsWith('delete');
}

function hasSameLevels(told: z.output<typeof levelsSchema>, { levels }: HostedCall): boolean {
  if (!told?.length || levels === undefined) return true;
  const known = new Set(told.map(({ level }) => level));
  return known.size === levels.length && levels.every((level) => known.has(level));
}

const extentSchema = z.object({
  xmin: z.coerce.number(),
  ymin: z.coerce.number(),
  xmax: z.coerce.number(),
  ymax: z.coerce.number(),
});
/** Of its width or height: servers write coordinates with fewer digits. */
const ROUNDING = 1e-6;

function hasSameExtent(told: unknown, { extent }: HostedCall): boolean {
  const { data } = extentSchema.safeParse(typeof told === 'string' ? extentOfText(told) : told);
  if (data === undefined || extent === undefined) return true;
  const near = ROUNDING * Math.max(extent.xmax - extent.xmin, extent.ymax - extent.ymin);
  return (['xmin', 'ymin', 'xmax', 'ymax'] as const).every((key) => Math.abs(data[key] - extent[key]) <= near);
}

/** `xmin,ymin,xmax,ymax`, or JSON. */
function extentOfText(text: string): unknown {
  const [xmin, ymin, xmax, ymax] = text.split(',');
  if (!text.trimStart().startsWith('{')) return { xmin, ymin, xmax, ymax };
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
