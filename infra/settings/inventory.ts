import type { Settings } from './settings.ts';

/** What a deployment would take away from somebody who relies on it, by names that tell the one from the other. */
export interface Inventory {
  readonly schedules: readonly string[];
  readonly rasters: readonly string[];
  readonly events: readonly string[];
  readonly edges: readonly string[];
}

/** Where a stack keeps its own inventory: a key of the template's metadata. */
export const INVENTORY_KEY = 'cache-ops';

/** The schedules, raster sources, events and edges that the settings hold. */
export function inventoryOf({ schedules, rasters, events, edges }: Settings): Inventory {
  return {
    schedules: schedules.map(({ name }) => name),
    rasters: rasters.map(({ bucket = 'the bucket of the stack', prefix = '', refresh }) => {
      const { target, serviceFolder, serviceName, serviceType } = refresh;
      const service = [serviceFolder, `${String(serviceName)}.${String(serviceType)}`].filter(Boolean).join('/');
      return `${bucket}, ${prefix === '' ? 'all of it' : prefix}: refreshes ${service} of ${String(target)}`;
    }),
    events: events.map(({ name }) => name),
    edges: edges.map(
      ({ target, service, cloudFront }) => `${cloudFront.distributionId}: invalidated after ${service} of ${target}`,
    ),
  };
}

/** In ASCII: CloudFormation gives back other letters of a template as question marks. */
export function inventoryMetadata(settings: Settings): Inventory {
  const { rasters, edges, ...names } = inventoryOf(settings);
  return { ...names, rasters: rasters.map(encodeURI), edges: edges.map(encodeURI) };
}
