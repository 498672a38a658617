import { adminUser } from './access.ts';
import { adminService, adminServiceFolder } from './admin-services.ts';
import { type ArcgisRequest, field } from './arcgis-request.ts';
import { CURRENT_VERSION, FULL_VERSION, folderNames, serviceId } from './catalogue.ts';
import { json, Refusal, type Reply } from './replies.ts';
import type { ClearedCache, Site } from './site.ts';
import { adminToken } from './token-endpoints.ts';
import type { User } from './tokens.ts';

/** A real site lists more; these are what the emulator has. */
const ROOT = { currentVersion: CURRENT_VERSION, fullVersion: FULL_VERSION, resources: ['services', 'system'] };

/** Everything below `<site>/admin`. */
export function adminResource(site: Site, request: ArcgisRequest, segments: string[]): Reply {
  const path = segments.join('/');
  if (path === 'generateToken') return adminToken(site, request);
  const user = adminUser(site.tokens, request);
  if (path === '') return json(ROOT);
  if (path === 'system/handlers/rest/cache/clear') return clearRestCache(site, request, user);
  if (path === 'services/exists') return exists(site, request);
  const [area, ...rest] = segments;
  if (area !== 'services') throw notFound(path);
  return services(site, request, rest);
}

function services(site: Site, request: ArcgisRequest, rest: string[]): Reply {
  const [first = '', second] = rest;
  const isFolder = rest.length === 1 && !site.services.has(first);
  if (rest.length === 0 || isFolder) return adminServiceFolder(site, first);
  const inRoot = site.services.has(first);
  const id = inRoot ? first : `${first}/${second ?? ''}`;
  const service = site.services.get(id);
  if (!service) throw new Refusal(404, `Service '${rest.join('/')}' not found.`);
  return adminService(site, request, service, rest.slice(inRoot ? 1 : 2));
}

function clearRestCache(site: Site, request: ArcgisRequest, { role, username }: User): Reply {
  if (role !== 'administrator') throw new Refusal(403, 'Unauthorized access. Administrator role required.');
  site.cleared.push({ at: site.now(), by: username, ...clearScope(site, request) });
  return json(site.clearAnswer === 'status' ? { status: 'success' } : { success: true });
}

function clearScope({ services }: Site, request: ArcgisRequest): Omit<ClearedCache, 'at' | 'by'> {
  const folderName = field(request, 'folderName') || undefined;
  const serviceName = field(request, 'serviceName') || undefined;
  const type = field(request, 'type') || undefined;
  if ((serviceName === undefined) !== (type === undefined)) {
    throw new Refusal(400, "'serviceName' and 'type' must be given together.");
  }
  const folder = folderName === '/' ? '' : (folderName ?? '');
  if (folder && !folderNames(services).includes(folder)) throw new Refusal(404, `Folder '${folder}' not found.`);
  if (serviceName !== undefined && type !== undefined) {
    const id = serviceId({ folder, name: serviceName, type });
    if (!services.has(id)) throw new Refusal(404, `Service '${id}' not found.`);
  }
  return {
    ...(folderName !== undefined && { folderName }),
    ...(serviceName !== undefined && { serviceName }),
    ...(type !== undefined && { type }),
  };
}

function exists({ services }: Site, request: ArcgisRequest): Reply {
  const given = field(request, 'folderName') ?? '';
  const folder = given === '/' ? '' : given;
  const name = field(request, 'serviceName') || undefined;
  const type = field(request, 'type') || undefined;
  if (name && type) return json({ exists: services.has(serviceId({ folder, name, type })) });
  if (name || type || !given) throw new Refusal(400, "'folderName', or 'serviceName' and 'type', must be given.");
  return json({ exists: folder === '' || folderNames(services).includes(folder) });
}

function notFound(path: string): Refusal {
  return new Refusal(404, `Could not find resource or operation '${path}' on the system.`);
}
