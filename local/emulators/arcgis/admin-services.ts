import { adminJobs } from './admin-jobs.ts';
import type { ArcgisRequest } from './arcgis-request.ts';
import { folderNames, isRunning, type Service, serviceId } from './catalogue.ts';
import { json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';

const SUCCESS = { status: 'success' };
const MAX_INSTANCES = 2;

/** `<site>/admin/services[/<folder>]`: what a folder holds, stopped services included. */
export function adminServiceFolder({ services }: Site, given: string): Reply {
  const folders = folderNames(services);
  if (given && !folders.includes(given)) throw new Refusal(404, `Folder '${given}' not found.`);
  const listed = [...services.values()].filter(({ folder }) => folder === given);
  const folderName = given || '/';
  return json({
    folderName,
    description: '',
    folders: given ? [] : folders,
    services: listed.map(({ name, type }) => ({ folderName, serviceName: name, type, description: '' })),
  });
}

/** `<site>/admin/services/<folder>/<name>.<type>` and what is below it. */
export function adminService(site: Site, request: ArcgisRequest, service: Service, rest: string[]): Reply {
  const [call, ...more] = rest;
  if (call === undefined) return json(serviceJson(service));
  if (call === 'jobs' && service.type === 'GPServer') return adminJobs(site, request, service, more);
  if (more.length > 0) throw notFound(rest);
  if (call === 'status') return json(status(service, site.now()));
  if (call === 'statistics') return json({ summary: statistics(site, service), perMachine: [] });
  if (call !== 'start' && call !== 'stop') throw notFound(rest);
  requirePost(request);
  service.started = call === 'start';
  return json(SUCCESS);
}

function serviceJson({ name, type, hasLiveData, scheme, cacheControlMaxAge }: Service): object {
  return {
    serviceName: name,
    type,
    description: '',
    maxInstancesPerNode: MAX_INSTANCES,
    maxWaitTime: 60,
    maxUsageTime: 600,
    properties: {
      ...(type === 'ImageServer' && { hasLiveData: String(hasLiveData) }),
      ...(scheme && { cacheControlMaxAge }),
    },
  };
}

function status(service: Service, now: number): object {
  const configuredState = service.started ? 'STARTED' : 'STOPPED';
  const restarting = service.started && !isRunning(service, now);
  return { configuredState, realTimeState: restarting ? 'STARTING' : configuredState };
}

function statistics({ jobs }: Site, service: Service): object {
  const { folder, name, type } = service;
  const id = serviceId(service);
  const busy = jobs.list().filter((job) => job.service === id && job.status === 'esriJobExecuting').length;
  return { folderName: folder || '/', serviceName: name, type, max: MAX_INSTANCES, busy };
}

function requirePost({ method }: ArcgisRequest): void {
  if (method !== 'POST') throw new Refusal(405, 'This operation is only supported via POST.');
}

function notFound(rest: string[]): Refusal {
  return new Refusal(404, `Could not find resource or operation '${rest.join('/')}' on the system.`);
}
