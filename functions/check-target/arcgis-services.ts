import * as z from 'zod/mini';
import { serviceSchema, tileCacheOf } from '../../shared/arcgis/map-service.ts';
import { type ServiceName, servicePath } from '../../shared/arcgis/service-name.ts';
import { CacheOpsError, VendorAuthError, VendorUnreachableError } from '../../shared/errors.ts';
import { parseWithNaN } from '../../shared/http/json.ts';
import { ANSWER_TIMEOUT_SECONDS, catalogueSchema, type Seen } from './arcgis-sign-in.ts';
import { Finding } from './checks.ts';

/** How much of a large site is looked at. */
const MAX_FOLDERS = 30;
const MAX_SERVICES = 60;
const MAX_IMAGE_SERVICES = 20;
/** Nothing is begun any more when so little time is left. */
const RESERVE_MS = 15_000;
/** Folders of the server's own. */
const OWN_FOLDERS = ['System', 'Utilities'];

/** Whether there is anything to work on: a cached service, and live data where there are image services. */
export async function lookAtServices(seen: Seen): Promise<string | undefined> {
  const services = await listServices(seen);
  const cached = await findCached(seen, services);
  // A hosted service has no rasters behind it.
  const isLiveDataOff = !seen.site.isHosted && (await haveNoLiveData(seen, services));
  const problems = [
    ...(cached === 'none' ? [noCachedService(services)] : []),
    ...(isLiveDataOff
      ? [
          'Live data is off for every image service, so refresh-service fails for them: set hasLiveData to true in the service’s JSON (Admin API, the service’s edit operation) where rasters change.',
        ]
      : []),
  ];
  if (problems.length > 0) throw new Finding(problems.join(' '));
  if (cached === 'some') return undefined;
  return `None of the first ${Math.min(services.length, MAX_SERVICES)} services has a tile cache; the others were not looked at.`;
}

function noCachedService(services: ServiceName[]): string {
  if (services.length > 0) {
    return `None of the ${services.length} map and image services that the user sees has a tile cache: define one (Manager, the service's caching) before tiles are made.`;
  }
  return 'The user sees no map or image service that is started: start one, or share it with the user (a custom role needs "View all content").';
}

/** Map and image services that are started and that the user sees (page "Catalog"). */
async function listServices(seen: Seen): Promise<ServiceName[]> {
  const root = seen.catalogue ?? (await ask(seen, 'rest/services', catalogueSchema));
  const folders = (root?.folders ?? []).filter((folder) => !OWN_FOLDERS.includes(folder)).slice(0, MAX_FOLDERS);
  const listed = [...(root?.services ?? [])];
  for (const folder of folders) {
    if (!hasTime(seen)) break;
    const inFolder = await ask(seen, `rest/services/${encodeURIComponent(folder)}`, catalogueSchema);
    listed.push(...(inFolder?.services ?? []));
  }
  return listed
    .filter(({ type }) => ['MapServer', 'ImageServer'].includes(type) || isVectorTiles(seen, type))
    .map(({ name, type }) => {
      const [last = '', folder] = name.split('/').reverse();
      return { folder, name: last, type };
    });
}

/** `some` as soon as one has tiles; `unknown` where not all could be looked at. */
async function findCached(seen: Seen, services: ServiceName[]): Promise<'some' | 'none' | 'unknown'> {
  for (const service of services.slice(0, MAX_SERVICES)) {
    if (!hasTime(seen)) return 'unknown';
    seen.cached = service;
    if (isVectorTiles(seen, service.type)) return 'some';
    const description = await ask(seen, `rest/services/${servicePath(service)}`, serviceSchema, parseWithNaN);
    if (description !== undefined && hasTileCache(description, service)) return 'some';
  }
  return services.length > MAX_SERVICES ? 'unknown' : 'none';
}

function isVectorTiles({ site }: Seen, type: string): boolean {
  return site.isHosted && type === 'VectorTileServer';
}

function hasTileCache(description: z.output<typeof serviceSchema>, service: ServiceName): boolean {
  try {
    tileCacheOf(description, service);
    return true;
  } catch {
    return false;
  }
}

const liveDataSchema = z.looseObject({
  hasLiveData: z.optional(z.unknown()),
  properties: z.catch(z.nullish(z.looseObject({ hasLiveData: z.optional(z.unknown()) })), undefined),
});

/** True only where it is said of every image service that was looked at. */
async function haveNoLiveData(seen: Seen, services: ServiceName[]): Promise<boolean> {
  const images = services.filter(({ type }) => type === 'ImageServer').slice(0, MAX_IMAGE_SERVICES);
  for (const { folder, name, type } of images) {
    if (!hasTime(seen)) return false;
    const place = [...(folder === undefined ? [] : [folder]), `${name}.${type}`].map(encodeURIComponent).join('/');
    const service = await ask(seen, `admin/services/${place}`, liveDataSchema);
    const told = service?.properties?.hasLiveData ?? service?.hasLiveData;
    if (service === undefined || String(told).toLowerCase() === 'true') return false;
  }
  return images.length > 0;
}

function hasTime({ deadline }: Seen): boolean {
  return Date.now() + RESERVE_MS < deadline;
}

/** What is wrong with one service says nothing of the site. */
async function ask<S extends z.core.$ZodType>(
  { site }: Seen,
  path: string,
  reply: S,
  parse?: typeof parseWithNaN,
): Promise<z.output<S> | undefined> {
  try {
    const options = { repeatable: 'never' as const, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS };
    return await site.call({ path, reply, ...options, ...(parse === undefined ? {} : { parse }) });
  } catch (error) {
    const isOfSite = error instanceof VendorUnreachableError || error instanceof VendorAuthError;
    if (isOfSite || !(error instanceof CacheOpsError)) throw error;
    return undefined;
  }
}
