import { isRunning, type Service, serviceId } from './catalogue.ts';
import { around } from './geometry.ts';
import type { SubmittedTask } from './gp-task.ts';
import type { Site } from './site.ts';

/** `Refresh Service`: makes a live service see what has changed in its data. */
export const refreshService: SubmittedTask = {
  service: 'System/PublishingTools.GPServer',
  name: 'RefreshService',
  displayName: 'Refresh Service',
  parameters: [
    { name: 'serviceName', displayName: 'Service Name', dataType: 'GPString', required: true },
    { name: 'serviceType', displayName: 'Service Type', dataType: 'GPString', required: true },
    { name: 'serviceFolder', displayName: 'Service Folder', dataType: 'GPString', required: false },
    { name: 'refreshOptions', displayName: 'Refresh Options', dataType: 'GPString', required: false },
  ],
  output: { name: 'refreshResults', displayName: 'Results' },
  prepare: (inputs, site) => () => {
    const service = openLiveService(inputs, site);
    return {
      steps: 0,
      apply: () => undefined,
      finish(at) {
        service.refreshedAt = at;
        service.refreshCount += 1;
        service.extent = around([service.extent, ...(service.mosaic ?? []).map(({ extent }) => extent)]);
        return `Service ${serviceId(service)} refreshed.`;
      },
    };
  },
  result: () => '{"status":"success"}',
};

function openLiveService(inputs: Record<string, string>, site: Site): Service {
  const { serviceName = '', serviceType = '', serviceFolder = '' } = inputs;
  const id = serviceId({ folder: serviceFolder, name: serviceName, type: serviceType });
  const service = site.services.get(id);
  // A name that carries its folder must not find the service of that folder.
  if (!service || service.name !== serviceName) throw new Error(`ERROR: Service ${id} does not exist.`);
  if (!isRunning(service, site.now())) throw new Error(`ERROR: Service ${id} is not started.`);
  if (service.type === 'ImageServer' && !service.hasLiveData) {
    throw new Error(`ERROR: Service ${id} cannot be refreshed: hasLiveData is not true.`);
  }
  return service;
}
