import { TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { describeService } from '../../shared/arcgis/map-service.ts';
import { submitRefresh } from '../../shared/arcgis/site-kinds.ts';
import type { JobRequest, Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import type { Input } from './input.ts';

export function refreshRequest({ serviceName, serviceType, serviceFolder, refreshOptions }: Input): JobRequest {
  return {
    service: { folder: serviceFolder, name: serviceName, type: serviceType },
    sameAs: { refreshOptions },
    // It promises that what is there now is seen.
    later: true,
    sought: {
      taskPath: TASK_PATHS.refreshService,
      inputs: {
        serviceName,
        serviceType,
        serviceFolder: serviceFolder ?? '',
        ...(refreshOptions === undefined ? {} : { refreshOptions }),
      },
    },
  };
}

/** Makes a live service read again what has changed behind it (resolution, extent, time), without a restart. */
export async function refreshService(
  { target }: Input,
  { service, sought }: JobRequest,
  run: Run,
): Promise<Submission> {
  const site = await openSite(target, run);
  await describeService(site, service);
  return await submitRefresh(site, sought, service);
}
