/**
 * The two kinds of site: ArcGIS Server or Enterprise, whose work is done by geoprocessing jobs, and a portal's hosted services,
 * which have jobs of their own. Which kind it is is asked here and nowhere else: of a site by its secret, of a job by its
 * reference.
 */
import { InvalidInputError } from '../errors.ts';
import type { CacheReport, SoughtJob } from '../jobs/job-reference.ts';
import type { JobState, Rerun } from '../jobs/job-state.ts';
import { clearRestCache, exists, type RestCacheScope } from './admin.ts';
import { browserNotes } from './browser-cache.ts';
import { reportBefore } from './cache-progress.ts';
import { findGeoprocessingJob } from './find-job.ts';
import {
  cancelGeoprocessingJob,
  checkGeoprocessingJob,
  isGeoprocessingWell,
  submitGeoprocessingJob,
} from './geoprocessing.ts';
import { cancelHostedJob, checkHostedJob, isHostedServiceWell } from './hosted-job-state.ts';
import { findHostedJob, submitHostedJob } from './hosted-jobs.ts';
import { clearHosted, refreshHosted, refuseForHosted } from './hosted-site.ts';
import { type ServiceName, serviceUrlParameter } from './service-name.ts';
import type { ArcgisSite } from './site.ts';
import type { FoundJob, JobPlace, SubmittedJob } from './submit-once.ts';

/** What a submit came to: no job where the vendor has done the work at once. */
interface Submitted {
  job?: SubmittedJob | undefined;
  notes?: string[];
}

/** Whether the job is one of a hosted service, all of which are below its admin resource. */
function isHosted({ taskPath }: JobPlace): boolean {
  return taskPath.startsWith('rest/admin/');
}

/**
 * Refuses what this kind of site cannot do for a cache.
 *
 * @throws InvalidInputError
 */
export function assertFits(
  site: ArcgisSite,
  service: ServiceName,
  input?: Parameters<typeof refuseForHosted>[0],
): void {
  if (site.isHosted) {
    if (input !== undefined) refuseForHosted(input);
  } else if (service.type === 'VectorTileServer') {
    throw new InvalidInputError(
      'inputService: vector tiles are made by hosted services only, nothing was submitted. Name a target whose secret has "hosted": true.',
    );
  }
}

/** Starts the job that does what is sought, once. @throws SubmitUncertainError when it may exist and is not found */
export async function submitJob(
  site: ArcgisSite,
  sought: SoughtJob,
  parameters: Record<string, string>,
): Promise<Submitted> {
  if (site.isHosted) return await submitHostedJob(site, sought, parameters);
  return { job: await submitGeoprocessingJob(site, sought, parameters) };
}

/** The same for a refresh, which on a hosted service is no job. */
export async function submitRefresh(site: ArcgisSite, sought: SoughtJob, service: ServiceName): Promise<Submitted> {
  if (!site.isHosted) return { job: await submitGeoprocessingJob(site, sought, sought.inputs) };
  await refreshHosted(site, service);
  return { notes: [REFRESHED] };
}

const REFRESHED = "The web server's cache of the hosted service is cleared; there is no job.";

/** How far a job for these scales can be told, asked before it is submitted. The job of a hosted service tells it itself. */
export async function progressBefore(
  site: ArcgisSite,
  service: ServiceName,
  scales: readonly number[],
): Promise<CacheReport | undefined> {
  return site.isHosted ? undefined : await reportBefore(site, serviceUrlParameter(service), scales);
}

/** What browsers may keep after a job; a hosted service does not tell. */
export async function keptByBrowsers(site: ArcgisSite, service: ServiceName): Promise<string[]> {
  return site.isHosted ? [] : await browserNotes(site, service);
}

/** Clears what the web server keeps. Gives whether the server could tell that it exists. @throws InvalidInputError, Vendor… */
export async function clearCache(site: ArcgisSite, scope: RestCacheScope): Promise<boolean | undefined> {
  if (site.isHosted) {
    await clearHosted(site, scope);
    return true;
  }
  const isWhole = Object.keys(scope).length === 0;
  // What a server says to a name that it does not know is nowhere documented: success would be no proof.
  const found = isWhole ? true : await exists(site, scope);
  if (found !== false) await clearRestCache(site, scope);
  return found;
}

/** The state of a job. `before`: what was told with an earlier state of it. @throws the Vendor… errors */
export async function checkJob(
  site: ArcgisSite,
  job: JobPlace,
  before: { withoutMessages?: boolean | undefined; rerun?: Rerun | undefined } = {},
): Promise<JobState> {
  return isHosted(job) ? await checkHostedJob(site, job, before.rerun) : await checkGeoprocessingJob(site, job, before);
}

/** Whether the server is well beside the job. */
export async function isTaskWell(site: ArcgisSite, job: JobPlace): Promise<boolean> {
  return isHosted(job) ? await isHostedServiceWell(site, job) : await isGeoprocessingWell(site, job);
}

/** Asks the server to cancel a job, and for its state after that. @throws VendorUnreachableError, VendorBusyError */
export async function cancelJob(site: ArcgisSite, job: JobPlace): Promise<JobState> {
  return isHosted(job) ? await cancelHostedJob(site, job) : await cancelGeoprocessingJob(site, job);
}

/** Looks for the job of a run which began to submit at that time (epoch ms). @throws the Vendor… errors */
export async function findJob(site: ArcgisSite, sought: SoughtJob, since: number): Promise<FoundJob> {
  return site.isHosted ? await findHostedJob(site, sought, since) : await findGeoprocessingJob(site, sought, since);
}
