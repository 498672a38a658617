import { type PolygonFeatureSet, rectangle } from '../../shared/arcgis/area-of-interest.ts';
import { reportBefore } from '../../shared/arcgis/cache-progress.ts';
import { submitJob, TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { EVERY_SCALE, soughtInputs } from '../../shared/arcgis/job-inputs.ts';
import { chooseScales, describeService, tileCacheOf } from '../../shared/arcgis/map-service.ts';
import { planFrom } from '../../shared/arcgis/plan-source.ts';
import { type ServiceName, serviceUrlParameter } from '../../shared/arcgis/service-name.ts';
import { type SpatialReference, sameSpatialReference } from '../../shared/arcgis/spatial-reference.ts';
import type { Extent } from '../../shared/arcgis/update-extent.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { JobRequest, Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { dryRunOf } from './dry-run.ts';
import type { Input } from './input.ts';
import { figuresOf, parametersOfUnit, planSourceOf } from './plan.ts';

export function tilesRequest(input: Input): JobRequest {
  const { inputService, updateMode, scales, areaOfInterest, updateExtent, plan, resume } = input;
  refuseProofs(input);
  const area = areaOfInterest ?? (updateExtent && rectangle(updateExtent, updateExtent.spatialReference));
  const isPlan = plan !== undefined || resume !== undefined;
  return {
    service: inputService,
    sameAs: {
      updateMode,
      scales: scales === 'ALL' ? scales : [...new Set(scales)].toSorted(),
      area: areaOfInterest ?? updateExtent,
      // A plan that goes on has its own scales and its own area.
      ...(resume === undefined ? {} : { resume }),
    },
    isPlan,
    takesPlace: !isPlan,
    sought: {
      taskPath: TASK_PATHS.manageTiles,
      inputs: soughtInputs({
        service_url: serviceUrlParameter(inputService),
        update_mode: updateMode,
        thread_count: String(input.numOfCachingServiceInstances),
        levels: scales === 'ALL' ? EVERY_SCALE : scales.join(';'),
        area_of_interest: area === undefined ? '' : JSON.stringify(area),
      }),
    },
  };
}

async function lookUp(input: Input, service: ServiceName, run: Run) {
  const site = await openSite(input.target, run);
  const description = await describeService(site, service);
  const cache = tileCacheOf(description, service);
  const area = chooseArea(input, cache.spatialReference);
  const { areaOfInterest, updateExtent } = input;
  const isExtentUnused = areaOfInterest !== undefined && updateExtent !== undefined;
  const notes = isExtentUnused ? [...cache.notes, EXTENT_UNUSED] : cache.notes;
  const planned = { input, description, cache, scales: chooseScales(input.scales, cache), area, extent: updateExtent };
  return { site, notes, planned };
}

/** What `next-unit` needs to run a plan: what it is made from, and its figures. */
export async function makePlan(input: Input, { service, sought }: JobRequest, run: Run): Promise<object> {
  const { planned, notes } = await lookUp(input, service, run);
  const source = planSourceOf(planned);
  // A plan that goes on is the one that it was: only whether the service still has its tiles is to be seen.
  if (input.resume !== undefined) return { source, notes, sought };
  return { source, notes, sought, figures: figuresOf(planFrom(source, input.areaOfInterest && planned.area)) };
}

/** Creates, renews or deletes tiles of a cached map or image service, at some scales and in some area. */
export async function manageMapServerCacheTiles(
  input: Input,
  { service, sought, unit }: JobRequest,
  run: Run,
): Promise<Submission> {
  const { site, planned, notes } = await lookUp(input, service, run);
  const { description, scales: levels, area } = planned;
  const { area_of_interest: _outline, ...inputs } = sought.inputs;
  const common = { ...inputs, levels: levels.join(';'), ...(area && { area_of_interest: JSON.stringify(area) }) };
  if (run.unsent !== undefined) {
    return await dryRunOf(
      planned,
      notes,
      async (parameters) => await submitJob(site, sought, { ...common, ...parameters }),
    );
  }
  if (unit !== undefined) {
    const parameters = parametersOfUnit(unit, description, input.areaOfInterest && area);
    return { job: await submitJob(site, sought, { ...common, ...parameters }), notes };
  }
  // A report speaks of whole scales, and of tiles that are there: nothing true of an area, or of a deletion.
  const isTold = area === undefined && input.updateMode !== 'DELETE_TILES' && input.waitForJobCompletion === 'WAIT';
  const cacheReport = isTold ? await reportBefore(site, serviceUrlParameter(service), levels) : undefined;
  return { job: await submitJob(site, sought, common), notes, cacheReport };
}

/** Until there is what looks at tiles. */
function refuseProofs({ verify, dryRun }: Input): void {
  if (verify === undefined || dryRun) return;
  throw new InvalidInputError('verify: tiles cannot be looked at yet, nothing was done. Start it without this key.');
}

const EXTENT_UNUSED = 'updateExtent was not used: areaOfInterest was given too and is used in its place.';

function chooseArea(input: Input, serviceReference: SpatialReference | undefined): PolygonFeatureSet | undefined {
  const { areaOfInterest, updateExtent } = input;
  if (areaOfInterest !== undefined)
    return { ...areaOfInterest, spatialReference: areaOfInterest.spatialReference ?? serviceReference };
  return updateExtent === undefined ? undefined : rectangle(updateExtent, referenceOf(updateExtent, serviceReference));
}

/** The service's own, or none where it has none: its map units are then those of a local grid. */
function referenceOf(
  { spatialReference }: Extent,
  serviceReference: SpatialReference | undefined,
): SpatialReference | undefined {
  if (spatialReference === undefined) return serviceReference;
  if (serviceReference === undefined) {
    throw new InvalidInputError(
      "updateExtent.spatialReference: the service does not tell its own, so the two cannot be compared; nothing was submitted. Leave it out and give the extent in the service's map units.",
    );
  }
  if (sameSpatialReference(spatialReference, serviceReference)) return serviceReference;
  throw new InvalidInputError(
    `updateExtent.spatialReference: is not the service's, ${JSON.stringify(serviceReference)}; nothing was submitted. Give the extent in the service's map units, or the area as areaOfInterest.`,
  );
}
