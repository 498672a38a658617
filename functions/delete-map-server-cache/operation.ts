import { TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { describeService, tileCacheOf } from '../../shared/arcgis/map-service.ts';
import { serviceUrlParameter } from '../../shared/arcgis/service-name.ts';
import { assertFits, submitJob } from '../../shared/arcgis/site-kinds.ts';
import type { JobRequest, Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import type { Input } from './input.ts';

export function deletionRequest({ inputService }: Input): JobRequest {
  const inputs = { service_url: serviceUrlParameter(inputService) };
  return { service: inputService, sameAs: {}, sought: { taskPath: TASK_PATHS.deleteCache, inputs } };
}

/** Deletes the cache of a map or image service: its tiles and its tiling scheme. Cannot be undone. */
export async function deleteMapServerCache(
  { target }: Input,
  { service, sought }: JobRequest,
  run: Run,
): Promise<Submission> {
  const site = await openSite(target, run);
  assertFits(site, service);
  // A deletion that is looked for may have deleted the cache already.
  const isFirst = sought.lostSince === undefined;
  const notes = isFirst ? tileCacheOf(await describeService(site, service), service).notes : [];
  const { job, notes: more = [] } = await submitJob(site, sought, sought.inputs);
  return { job, notes: [...notes, ...more] };
}
