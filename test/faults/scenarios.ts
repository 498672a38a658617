import { handler as cancelJob } from '../../functions/cancel-job/handler.ts';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as countRasters } from '../../functions/count-rasters/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import type { invoke } from '../support/invoke.ts';

type Handler = Parameters<typeof invoke>[0];

/** What a job that was submitted beforehand looks like to its state machine. */
export interface Submitted {
  job: { taskPath: string; jobId: string; submittedAt: string };
}

/** One invocation of a function in fair weather, each call of which then meets every fault. */
export interface Scenario {
  operation: string;
  /** What is special about it; left out for the plain case. */
  situation?:
    | 'federated'
    | 'hosted'
    | 'hosted search'
    | 'answer lost'
    | 'token ended'
    | 'job submitted'
    | 'search'
    | 'old server'
    | 'session ended'
    | 'stored';
  vendor: 'arcgis' | 'microstrategy';
  handler: Handler;
  event: (target: string, submitted: Submitted) => object;
  /** What has gone wrong before, at which call. */
  before?: { fault: string; call: number };
  /** The first call that meets faults; those before it are those of the plain case. */
  from?: number;
  /** A job that is there beforehand, and how many seconds ago it was submitted; jobs take an hour. */
  jobAge?: number;
  /** Whether the site is a portal's hosted services. */
  isHosted?: true;
  /** How it ends in fair weather: `ok`, or an error's name. */
  fair: string;
}

const SCOPE = { folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' };
const INPUT_SERVICE = 'CachedServices/Streets.MapServer';
const LANDSAT = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };
/** One project by its name, one by its id. */
const PROJECTS = ['Tutorial', '4DD3B0A04F2C4B6E9F7A51C08E2D6B13'];
const CACHE_TYPES = ['element', 'object'];

/** The job that is there beforehand, as its operation's input. */
export const EARLIER_JOB = { inputService: INPUT_SERVICE, updateMode: 'RECREATE_ALL_TILES' };

const arcgis = { vendor: 'arcgis', fair: 'ok' } as const;
const clear = {
  ...arcgis,
  operation: 'clear-rest-cache',
  handler: clearRestCache,
  event: (target: string) => ({ submit: { target, ...SCOPE } }),
};
const refreshing = {
  ...arcgis,
  operation: 'refresh-service',
  handler: refresh,
  event: (target: string) => ({ submit: { target, ...LANDSAT } }),
};
const cancelling = {
  ...arcgis,
  operation: 'cancel-job',
  handler: cancelJob,
  event: (target: string, { job: { taskPath, jobId } }: Submitted) => ({
    cancel: { target, taskPath, jobId },
    attempt: { attempts: 0 },
  }),
};
const purging = {
  vendor: 'microstrategy',
  operation: 'purge-microstrategy-caches',
  handler: purge,
  event: (target: string) => ({ submit: { target, projects: PROJECTS, cacheTypes: CACHE_TYPES } }),
  fair: 'ok',
} as const;

/** How the job that is there beforehand is looked for. */
const soughtFor = (serviceUrl: string) => ({
  taskPath: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
  inputs: {
    service_url: serviceUrl,
    update_mode: EARLIER_JOB.updateMode,
    thread_count: '-1',
    levels: 'ALL',
    area_of_interest: '',
  },
});

export const HOSTED_SCOPE = { serviceName: 'Streets', type: 'MapServer' };
export const HOSTED_SERVICE = 'Streets.MapServer';
const hosted = { ...arcgis, situation: 'hosted', isHosted: true } as const;
const hostedScenarios: readonly Scenario[] = [
  {
    ...hosted,
    operation: 'manage-map-server-cache-tiles',
    handler: manageTiles,
    event: (target) => ({ submit: { target, ...EARLIER_JOB, inputService: HOSTED_SERVICE } }),
  },
  {
    ...hosted,
    operation: 'clear-rest-cache',
    handler: clearRestCache,
    event: (target) => ({ submit: { target, ...HOSTED_SCOPE } }),
  },
  { ...hosted, operation: 'check-job', handler: checkJob, event: (_target, watch) => watch, jobAge: 3 * 3600 },
  { ...cancelling, ...hosted, jobAge: 500 },
  {
    ...cancelling,
    isHosted: true,
    situation: 'hosted search',
    event: (target, { job: { submittedAt } }) => ({
      find: { target, sought: soughtFor('Streets:MapServer'), since: submittedAt },
      attempt: { attempts: 0 },
    }),
    jobAge: 0,
  },
];

/** Every function in every situation in which it makes a call that it makes in no other. */
export const scenarios: readonly Scenario[] = [
  clear,
  { ...clear, situation: 'federated' },
  {
    ...arcgis,
    operation: 'delete-map-server-cache',
    handler: deleteCache,
    event: (target) => ({ submit: { target, inputService: INPUT_SERVICE, confirm: INPUT_SERVICE } }),
  },
  {
    ...arcgis,
    operation: 'manage-map-server-cache-tiles',
    handler: manageTiles,
    event: (target) => ({ submit: { target, ...EARLIER_JOB } }),
  },
  refreshing,
  { ...refreshing, situation: 'answer lost', before: { fault: 'reset-done', call: 3 }, from: 4 },
  { ...refreshing, situation: 'token ended', before: { fault: 'token-refused', call: 3 }, from: 4 },
  ...hostedScenarios,
  {
    ...arcgis,
    operation: 'count-rasters',
    handler: countRasters,
    event: (target) => ({
      target,
      service: { folder: 'Imagery', name: 'Landsat', type: 'ImageServer' },
      where: 'Name IN ({names})',
      names: ['scene-001'],
    }),
  },
  purging,
  { ...purging, situation: 'session ended', before: { fault: 'token-refused', call: 2 }, from: 3 },
  { ...purging, situation: 'old server', from: 3, fair: 'VendorRejectedError' },
  {
    ...purging,
    situation: 'stored',
    from: 2,
    event: (target) => ({ submit: { target, projects: PROJECTS, cacheTypes: ['content', 'cube'] } }),
  },
  { ...arcgis, operation: 'check-job', handler: checkJob, event: (_target, watch) => watch, jobAge: 3 * 3600 },
  { ...cancelling, jobAge: 500 },
  { ...cancelling, situation: 'job submitted', jobAge: 0, from: 3 },
  {
    ...cancelling,
    situation: 'search',
    jobAge: 0,
    event: (target, { job }) => ({
      find: {
        target,
        sought: soughtFor('CachedServices/Streets:MapServer'),
        since: job.submittedAt,
      },
      attempt: { attempts: 0 },
    }),
  },
];

/** What a row of the table is called. */
export function titleOf({ operation, situation }: Scenario): string {
  return situation === undefined ? operation : `${operation} (${situation})`;
}
