import { submitJob, TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { describeService, tileCacheOf } from '../../shared/arcgis/map-service.ts';
import { serviceLabel, serviceUrlParameter } from '../../shared/arcgis/service-name.ts';
import type { Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import type { Input } from './input.ts';

/** Deletes the cache of a map or image service: its tiles and its tiling scheme. Cannot be undone. */
export async function deleteMapServerCache({ target, inputService }: Input, run: Run): Promise<Submission> {
  const site = await openSite(target, run);
  tileCacheOf(await describeService(site, inputService), inputService);
  const job = await submitJob(site, TASK_PATHS.deleteCache, { service_url: serviceUrlParameter(inputService) });
  return { job, service: serviceLabel(inputService) };
}
