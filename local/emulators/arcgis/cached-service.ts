import { isRunning, type Service, serviceId } from './catalogue.ts';
import { badParameter, type GpParameter } from './gp-task.ts';
import type { Site } from './site.ts';
import type { TileScheme } from './tile-scheme.ts';

/** The parameters that all caching tasks share. */
export const SERVICE_URL: GpParameter = {
  name: 'service_url',
  displayName: 'Input Map Service or Image Service URL',
  dataType: 'GPString',
  required: true,
};
export const THREAD_COUNT: GpParameter = {
  name: 'thread_count',
  displayName: 'Number of caching service instances',
  dataType: 'GPLong',
  required: false,
};
export const OUT_SERVICE_URL = { name: 'out_service_url', displayName: 'Output Map Service URL' };

/** A cache job needs both, whichever of them it was submitted to. */
const CACHING_SERVICES = ['System/CachingTools.GPServer', 'System/CachingControllers.GPServer'];

/** A service with a tile cache, ready to be worked on. */
export interface CachedService {
  id: string;
  service: Service;
  scheme: TileScheme;
}

/** The service that a caching task's `service_url` names: `Folder/Name:MapServer`, not an address despite its name. */
export function readServiceUrl(serviceUrl = '', { services }: Site): Service {
  const [, folder = '', name, type] = /^(?:([^/:]+)\/)?([^/:]+):(MapServer|ImageServer)$/.exec(serviceUrl) ?? [];
  if (!name || !type) throw badParameter("'service_url' must look like Folder/Name:MapServer.");
  const service = services.get(serviceId({ folder, name, type }));
  if (!service) throw badParameter(`Service '${serviceUrl}' not found.`);
  return service;
}

/** The `service_url` behind an address that a caching task gave as its output; any other text stays as it is. */
export function toServiceUrl(text: string, { url }: Site): string {
  const root = `${url}/rest/services/`;
  if (!text.startsWith(root)) return text;
  return text
    .slice(root.length)
    .split('/')
    .map(decodeURIComponent)
    .join('/')
    .replace(/\/(?=[^/]*$)/, ':');
}

/** Refuses a number of caching instances that is neither -1 (all) nor at least 1. */
export function checkThreads(text: string | undefined): void {
  const threads = Number(text);
  if (threads !== -1 && threads < 1) throw badParameter("'thread_count' must be -1 or at least 1.");
}

/** The service as a starting job finds it; throws what the job then fails with. */
export function openCache(service: Service, site: Site): CachedService {
  const id = serviceId(service);
  const stopped = CACHING_SERVICES.find((name) => !site.services.get(name)?.started);
  if (stopped) throw new Error(`ERROR 001369: The service ${stopped} is not started.`);
  if (!isRunning(service, site.now())) throw new Error(`ERROR 001369: The service ${id} is not started.`);
  if (!service.scheme) throw new Error(`ERROR 001474: The service ${id} has no tile cache.`);
  return { id, service, scheme: service.scheme };
}

/** The address that a caching task gives as its output. */
export function outServiceUrl(inputs: Record<string, string>, { url }: Site): string {
  const path = (inputs['service_url'] ?? '').replace(':', '/').split('/').map(encodeURIComponent).join('/');
  return `${url}/rest/services/${path}`;
}
