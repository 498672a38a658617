import { TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { EVERY_SCALE, soughtInputs } from '../../shared/arcgis/job-inputs.ts';
import { extentOfLayers, type LayerExtent } from '../../shared/arcgis/layer-extent.ts';
import { chooseScales, describeService, tileCacheOf } from '../../shared/arcgis/map-service.ts';
import { planFrom } from '../../shared/arcgis/plan-source.ts';
import { type PolygonFeatureSet, rectangle } from '../../shared/arcgis/polygons.ts';
import { areaByLayers } from '../../shared/arcgis/said-by-service.ts';
import { type ServiceName, serviceUrlParameter } from '../../shared/arcgis/service-name.ts';
import { assertFits, keptByBrowsers, progressBefore, submitJob } from '../../shared/arcgis/site-kinds.ts';
import { type SpatialReference, sameSpatialReference } from '../../shared/arcgis/spatial-reference.ts';
import type { Extent } from '../../shared/arcgis/update-extent.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { JobRequest, Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { dryRunOf } from './dry-run.ts';
import type { Input } from './input.ts';
import { countOfTiles, figuresOf, type Planned, parametersOfUnit, planSourceOf } from './plan.ts';
import { proofBefore } from './proof.ts';
import { extentsOf } from './renewed-extent.ts';

export function tilesRequest(input: Input): JobRequest {
  const { inputService, updateMode, scales, areaOfInterest, updateExtent, plan, resume } = input;
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
        thread_count: String(input.numOfCachingServiceInstances ?? -1),
        levels: scales === 'ALL' ? EVERY_SCALE : scales.join(';'),
        area_of_interest: soughtArea(input),
      }),
    },
  };
}

/** The area, or what stands for it where only the service's layers can tell it. */
function soughtArea({ areaOfInterest, updateExtent }: Input): string {
  if (areaOfInterest !== undefined) return JSON.stringify(areaOfInterest);
  if (updateExtent === undefined) return '';
  if ('named' in updateExtent) return areaByLayers(updateExtent.named);
  return JSON.stringify(rectangle(updateExtent, updateExtent.spatialReference));
}

async function lookUp(input: Input, service: ServiceName, run: Run) {
  const site = await openSite(input.target, run);
  assertFits(site, service, input);
  const description = await describeService(site, service);
  const cache = tileCacheOf(description, service);
  const { area, notes: ofArea } = await chooseArea(input, cache.spatialReference, (named) =>
    extentOfLayers(site, { service, description, reference: cache.spatialReference }, named),
  );
  const planned = { input, description, cache, scales: chooseScales(input.scales, cache), area };
  return { site, notes: [...cache.notes, ...ofArea], planned };
}

/** What `next-unit` needs to run a plan: what it is made from, and its figures. */
export async function makePlan(input: Input, { service, sought }: JobRequest, run: Run): Promise<object> {
  const { site, planned, notes } = await lookUp(input, service, run);
  const source = planSourceOf(planned);
  const all = [...notes, ...(await keptByBrowsers(site, service))];
  // A plan that goes on is the one that it was: only whether the service still has its tiles is to be seen.
  const renews = renewsOf(planned);
  if (input.resume !== undefined) return { source, notes: all, sought, renews };
  const figures = figuresOf(planFrom(source, input.areaOfInterest && planned.area));
  const { samples, notes: ofProof } = await proofBefore(site, planned, sought);
  return { source, notes: [...all, ...ofProof], sought, figures, samples, renews, isHosted: site.isHosted };
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
    if (input.resume !== undefined) throw new InvalidInputError(RESUME_UNCOUNTED);
    return await dryRunOf(planned, notes, (parameters) => submitJob(site, sought, { ...common, ...parameters }));
  }
  if (unit !== undefined) {
    const parameters = parametersOfUnit(unit, description, input.areaOfInterest && area);
    return { notes, ...(await submitJob(site, sought, { ...common, ...parameters })) };
  }
  // A report speaks of whole scales, and of tiles that are there: nothing true of an area, or of a deletion.
  const isTold = area === undefined && input.updateMode !== 'DELETE_TILES' && input.waitForJobCompletion === 'WAIT';
  const cacheReport = isTold ? await progressBefore(site, service, levels) : undefined;
  const ofBrowsers = await keptByBrowsers(site, service);
  const { samples, notes: ofProof } = await proofBefore(site, planned, sought);
  const { job, notes: ofSubmit = [] } = await submitJob(site, sought, common);
  const renews = renewsOf(planned);
  const all = [...notes, ...ofBrowsers, ...ofProof, ...ofSubmit];
  return { job, notes: all, cacheReport, renews, samples, tiles: countOfTiles(planned) };
}

/** What map clients draw again. */
function renewsOf({ scales, area, cache, description }: Planned): object {
  return { scales, ...extentsOf(area, cache.spatialReference, description.fullExtent ?? undefined) };
}

const RESUME_UNCOUNTED =
  'resume: a dry run does not know what an earlier run has left. The entry of that run says how many of its units are done.';
const EXTENT_UNUSED = 'updateExtent was not used: areaOfInterest was given too and is used in its place.';

interface ChosenArea {
  area?: PolygonFeatureSet;
  notes: string[];
}

async function chooseArea(
  { areaOfInterest, updateExtent }: Input,
  reference: SpatialReference | undefined,
  byLayers: (named: string) => Promise<LayerExtent>,
): Promise<ChosenArea> {
  if (areaOfInterest !== undefined) {
    const area = { ...areaOfInterest, spatialReference: areaOfInterest.spatialReference ?? reference };
    return { area, notes: updateExtent === undefined ? [] : [EXTENT_UNUSED] };
  }
  if (updateExtent === undefined) return { notes: [] };
  if (!('named' in updateExtent)) {
    return { area: rectangle(updateExtent, referenceOf(updateExtent, reference)), notes: [] };
  }
  const { extent, notes } = await byLayers(updateExtent.named);
  return { area: rectangle(extent, reference), notes };
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
