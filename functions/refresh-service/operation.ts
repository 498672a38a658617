import { submitJob, TASK_PATHS } from '../../shared/arcgis/geoprocessing.ts';
import { describeService } from '../../shared/arcgis/map-service.ts';
import { serviceLabel } from '../../shared/arcgis/service-name.ts';
import type { Submission } from '../../shared/lambda/job-operation.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import type { Input } from './input.ts';

/** Makes a live service read again what has changed behind it (resolution, extent, time), without a restart. */
export async function refreshService(input: Input, run: Run): Promise<Submission> {
  const { serviceName, serviceType, serviceFolder, refreshOptions } = input;
  const service = { folder: serviceFolder, name: serviceName, type: serviceType };
  const site = await openSite(input.target, run);
  await describeService(site, service);
  const job = await submitJob(site, TASK_PATHS.refreshService, {
    serviceName,
    serviceType,
    ...(serviceFolder === undefined ? {} : { serviceFolder }),
    ...(refreshOptions === undefined ? {} : { refreshOptions }),
  });
  return { job, service: serviceLabel(service) };
}
