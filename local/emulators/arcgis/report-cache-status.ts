import { readServiceUrl, SERVICE_URL, toServiceUrl } from './cached-service.ts';
import { type Service, serviceId } from './catalogue.ts';
import { extentArea } from './geometry.ts';
import type { GpJob } from './gp-jobs.ts';
import { badParameter, type ExecutedTask, type GpInputs, type GpParameter } from './gp-task.ts';
import type { Site } from './site.ts';
import { tilePicture } from './tile-picture.ts';
import { type Lod, tilesTouching } from './tile-scheme.ts';

const CACHE_STATUS = 'esriCacheStatus';

/** `ReportCacheStatus`: how much of each scale of a cache is there, also while a job is at it. */
export const reportCacheStatus: ExecutedTask = {
  service: 'System/ReportingTools.GPServer',
  name: 'ReportCacheStatus',
  displayName: 'ReportCacheStatus',
  parameters: [
    SERVICE_URL,
    { ...optional('report_mode', 'Report Mode'), defaultValue: CACHE_STATUS },
    optional('job_id', 'Input Job ID'),
    { ...optional('levelID', 'Input Level ID'), dataType: 'GPLong' },
    { ...optional('error_start', 'Error Start'), dataType: 'GPLong' },
    { ...optional('error_count', 'Error Count'), dataType: 'GPLong' },
  ],
  output: { name: 'out_report', displayName: 'Output Report' },
  execute(inputs, site) {
    if ((inputs['report_mode'] ?? CACHE_STATUS) !== CACHE_STATUS) {
      throw badParameter(`'report_mode' is not ${CACHE_STATUS}: the other modes are not emulated.`);
    }
    const serviceUrl = toServiceUrl(inputs['service_url'] ?? '', site);
    const service = readServiceUrl(serviceUrl, site);
    const jobs = site.jobs.list().filter((job) => isAtWork(job, serviceUrl) && isWanted(job, inputs));
    return report(service, inputs, jobs, site);
  },
};

function optional(name: string, displayName: string): GpParameter {
  return { name, displayName, dataType: 'GPString', required: false };
}

function isWanted({ id }: GpJob, inputs: GpInputs): boolean {
  return inputs['job_id'] === undefined || inputs['job_id'] === id;
}

function isAtWork({ endedAt, inputs }: GpJob, serviceUrl: string): boolean {
  return endedAt === undefined && inputs['service_url'] === serviceUrl;
}

function report(service: Service, inputs: GpInputs, jobs: GpJob[], site: Site): object {
  const { folder, name, type, scheme } = service;
  const wanted = inputs['levelID'] === undefined ? undefined : Number(inputs['levelID']);
  const lods = (scheme?.lods ?? []).filter(({ level }) => wanted === undefined || level === wanted);
  return {
    name: folder ? `${folder}/${name}` : name,
    type,
    status: scheme ? 'EXISTS' : 'NONE',
    lodInfos: lods.map((lod) => levelReport(service, lod, jobs, site)),
    cacheExecutionStatus: executionStatus(jobs),
  };
}

function executionStatus(jobs: GpJob[]): 'NONE' | 'SUBMITTED' | 'PROCESSING' {
  if (jobs.some(({ work }) => work !== undefined)) return 'PROCESSING';
  return jobs.length > 0 ? 'SUBMITTED' : 'NONE';
}

function levelReport(service: Service, lod: Lod, jobs: GpJob[], { tiles }: Site): object {
  const { level, scale, resolution } = lod;
  const id = serviceId(service);
  const expected = tilesTouching(extentArea(service.extent), lod);
  const existing = expected.filter((tile) => tiles.peek(id, tile));
  const pending = new Set(jobs.flatMap(toRenew).map(({ level, row, col }) => `${level}/${row}/${col}`));
  // A tile that a job is still to renew counts as one that is not there yet.
  const upToDate = existing.filter(({ level, row, col }) => !pending.has(`${level}/${row}/${col}`)).length;
  return {
    scale,
    levelID: level,
    pixelSize: resolution,
    percent: Math.floor((upToDate / expected.length) * 100),
    expectedTileCount: expected.length,
    tileCount: existing.length,
    status: levelStatus(upToDate, expected.length),
    tilesSize: existing.length * tilePicture(0).length,
    isRunning: String(jobs.some(({ work }) => work?.tiles?.todo.some((tile) => tile.level === level) ?? false)),
  };
}

function toRenew({ work, applied }: GpJob): { level: number; row: number; col: number }[] {
  return work?.tiles?.makes ? work.tiles.todo.slice(applied) : [];
}

function levelStatus(count: number, expected: number): string {
  if (count === expected) return 'Complete';
  return count === 0 ? 'Empty' : 'Incomplete';
}
