import { isRunning, type Service, serviceId } from './catalogue.ts';
import { badParameter } from './gp-task.ts';
import type { Site } from './site.ts';
import type { TileScheme } from './tile-scheme.ts';

/** A service with a tile cache, ready to be worked on. */
export interface CachedService {
  id: string;
  service: Service;
  scheme: TileScheme;
}

/** The service that a caching task's `service_url` names: `Folder/Name:MapServer`, not an address despite its name. */
export function readServiceUrl(serviceUrl: string | undefined, { services }: Site): Service {
  const [, folder = '', name, type] = /^(?:([^/:]+)\/)?([^/:]+):(MapServer|ImageServer)$/.exec(serviceUrl ?? '') ?? [];
  if (!name || !type) throw badParameter("'service_url' must look like Folder/Name:MapServer.");
  const service = services.get(serviceId({ folder, name, type }));
  if (!service) throw badParameter(`Service '${serviceUrl}' not found.`);
  return service;
}

/** The service as a starting job finds it; throws what the job then fails with. */
export function openCache(service: Service, site: Site): CachedService {
  const id = serviceId(service);
  if (!isRunning(service, site.now())) throw new Error(`ERROR 001369: The service ${id} is not started.`);
  if (!service.scheme) throw new Error(`ERROR 001474: The service ${id} has no tile cache.`);
  return { id, service, scheme: service.scheme };
}

/** The address that a caching task gives as its output. */
export function outServiceUrl(inputs: Record<string, string>, { url }: Site): string {
  const path = (inputs['service_url'] ?? '').replace(':', '/').split('/').map(encodeURIComponent).join('/');
  return `${url}/rest/services/${path}`;
}
