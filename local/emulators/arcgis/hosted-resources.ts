import { restUser } from './access.ts';
import { type ArcgisRequest, field } from './arcgis-request.ts';
import { type Service, serviceId } from './catalogue.ts';
import { type Extent, extentArea } from './geometry.ts';
import { type HostedJob, type HostedJobs, isRunning } from './hosted-jobs.ts';
import { invalidUrl, json, Refusal, type Reply } from './replies.ts';
import { serviceJson, serviceResource } from './service-resources.ts';
import type { Site } from './site.ts';
import { tilesTouching } from './tile-scheme.ts';

const SUCCESS = { success: true };
const WEB_MERCATOR_IDS = [3857, 102100];

/** Everything below `/tiles/<organization>/arcgis`: services, and the admin resource of each. */
export function hostedResource(site: Site, hosted: HostedJobs, request: ArcgisRequest): Reply {
  const [area, first, ...rest] = request.segments.slice(3);
  if (area !== 'rest') throw invalidUrl();
  const user = restUser(site.tokens, request);
  if (first === 'services') return serviceResource(site, request, rest, user);
  const [services, name = '', type = '', ...below] = rest;
  if (first !== 'admin' || services !== 'services') throw invalidUrl();
  if (user.role === 'viewer') {
    throw new Refusal(403, 'You do not have permissions to access this resource or perform this operation.');
  }
  const service = site.services.get(serviceId({ folder: '', name, type }));
  if (!service) throw new Refusal(404, `Service ${name}/${type} not found`);
  return adminResource({ site, hosted, request, service }, below);
}

interface Call {
  site: Site;
  hosted: HostedJobs;
  request: ArcgisRequest;
  service: Service;
}

function adminResource(call: Call, below: string[]): Reply {
  const { site, hosted, request, service } = call;
  const [operation, jobId, jobOperation] = below;
  const id = serviceId(service);
  switch (operation) {
    case undefined:
      return json({
        ...serviceJson(service),
        adminServiceInfo: { name: service.name, type: service.type, status: 'Started' },
      });
    case 'status':
      return json({ name: service.name, status: 'Started' });
    case 'refresh':
      site.cleared.push({ at: site.now(), by: '', serviceName: service.name, type: service.type });
      return json(SUCCESS);
    case 'jobs':
      if (jobId === undefined) return json(jobList(hosted, id));
      return job(call, hosted.find(id, jobId), jobOperation);
    default:
      if (request.method !== 'POST') throw new Refusal(405, 'This operation is only supported via POST.');
      return work(call, operation);
  }
}

function job({ hosted, request }: Call, found: HostedJob, operation: string | undefined): Reply {
  if (operation === undefined) return json(statistics(found));
  if (request.method !== 'POST') throw new Refusal(405, 'This operation is only supported via POST.');
  const which = field(request, 'rerun') ?? '';
  if (operation === 'cancel') hosted.cancel(found);
  else if (operation === 'rerun') hosted.rerun(found, which);
  else throw invalidUrl();
  return json(SUCCESS);
}

/** The operations that start a job. */
function work(call: Call, operation: string): Reply {
  const { hosted, service } = call;
  const isVector = service.type === 'VectorTileServer';
  const id = serviceId(service);
  const makes = { service: id, type: 'CACHECOOKER' as const };
  const deletes = { service: id, type: 'CacheDelete' as const, mergeBundle: true, replaceTiles: true };
  if (operation === 'updateTiles')
    return started(service, hosted.submit({ ...makes, ...wanted(call), ...merging(call) }));
  if (operation === 'deleteTiles') return started(service, hosted.submit({ ...deletes, ...wanted(call) }));
  if (operation === 'rebuildCache' && isVector) {
    return started(
      service,
      hosted.submit({ ...makes, ...everything(service), mergeBundle: false, replaceTiles: true }),
    );
  }
  if (operation !== 'deleteAllTiles' || isVector) throw invalidUrl();
  if (hosted.deletesAtOnce) for (const tile of call.site.tiles.addresses(id)) call.site.tiles.remove(id, tile);
  else hosted.submit({ ...deletes, ...everything(service) });
  return json({ success: 'true' });
}

function started({ name }: Service, { id }: HostedJob): Reply {
  const itemId = '6cc8eb2b71a5429ba2c6ef5b5eb5a6b5';
  return json({ id: itemId, name, status: 'Success', itemId, type: 'Map Service', jobId: id });
}

function merging({ request }: Call): { mergeBundle: boolean; replaceTiles: boolean } {
  const isTrue = (name: string) => field(request, name)?.toLowerCase() === 'true';
  return { mergeBundle: isTrue('mergeBundle'), replaceTiles: isTrue('replaceTiles') };
}

function wanted({ request, service }: Call): ReturnType<typeof everything> {
  const lods = service.scheme?.lods ?? [];
  const levels = readLevels(field(request, 'levels') || undefined) ?? lods.map(({ level }) => level);
  const unknown = levels.filter((level) => !lods.some((lod) => lod.level === level));
  if (unknown.length > 0)
    throw new Refusal(400, 'Invalid levels.', [`Not in the tiling scheme: ${unknown.join(', ')}`]);
  const extent = readExtent(field(request, 'extent') || undefined) ?? service.extent;
  return {
    extent,
    tiles: lods.filter(({ level }) => levels.includes(level)).flatMap((lod) => tilesTouching(extentArea(extent), lod)),
  };
}

function everything({ extent, scheme }: Service) {
  return { extent, tiles: (scheme?.lods ?? []).flatMap((lod) => tilesTouching(extentArea(extent), lod)) };
}

/** `0-5,10,11-20` or `1,2,3`. */
function readLevels(text: string | undefined): number[] | undefined {
  return text?.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part.trim()) ?? [];
    if (first === undefined) throw new Refusal(400, 'Invalid levels.', [`'${part}' is no level or range of levels.`]);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}

function readExtent(text: string | undefined): Extent | undefined {
  if (text === undefined) return undefined;
  const { spatialReference, ...given } = text.trimStart().startsWith('{') ? parse(text) : fromNumbers(text);
  const { xmin = NaN, ymin = NaN, xmax = NaN, ymax = NaN } = given;
  const { wkid = 102100 } = Object(spatialReference);
  if (!(xmin < xmax) || !(ymin < ymax) || !WEB_MERCATOR_IDS.includes(wkid)) throw new Refusal(400, 'Invalid extent.');
  return { xmin, ymin, xmax, ymax };
}

function parse(text: string): Partial<Extent> & { spatialReference?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Refusal(400, 'Invalid extent.');
  }
}

function fromNumbers(text: string): Partial<Extent> & { spatialReference?: unknown } {
  const [xmin = NaN, ymin = NaN, xmax = NaN, ymax = NaN] = text.split(',').map(Number);
  return { xmin, ymin, xmax, ymax };
}

function jobList(hosted: HostedJobs, service: string): object {
  const jobs = hosted.list().filter((each) => each.service === service);
  return {
    total: jobs.length,
    jobs: jobs.map(({ id, status, type, submittedAt }) => ({ id, status, type, submitTime: submittedAt })),
  };
}

type Tasks = HostedJob['tasks'];

function countsOf(tasks: Tasks): object {
  const inState = (wantedState: string) => tasks.filter(({ state }) => state === wantedState).length;
  return {
    numTasks: tasks.length,
    numDoneTasks: inState('done'),
    numErrorTasks: inState('error'),
    numCanceledTasks: inState('canceled'),
    numSubmittedTasks: inState('waiting'),
    numProcessingTasks: 0,
    estimatedNumTiles: tasks.reduce((sum, { tiles }) => sum + tiles.length, 0),
    numTiles: tasks.reduce((sum, { made }) => sum + made, 0),
  };
}

function statistics(found: HostedJob): object {
  const { id, type, status, tasks, extent, startedAt, submittedAt, changedAt } = found;
  const over = tasks.filter(({ state }) => state !== 'waiting').length;
  return {
    jobId: id,
    type,
    jobStatus: status,
    percentComplete: isRunning(found) ? Math.floor((over / Math.max(1, tasks.length)) * 100) : 100,
    message: '',
    startTime: startedAt,
    submitTime: submittedAt,
    lastTime: changedAt,
    extent: { ...extent, spatialReference: { wkid: 102100, latestWkid: 3857 } },
    ...countsOf(tasks),
    levelStats: [...Map.groupBy(tasks, ({ level }) => level)].map(([level, ofLevel]) => ({
      level,
      ...countsOf(ofLevel),
    })),
  };
}
