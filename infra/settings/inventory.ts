import type { Settings } from './settings.ts';

/** What a deployment would take away from somebody who relies on it, by names that tell the one from the other. */
export interface Inventory {
  readonly schedules: readonly string[];
  readonly rasters: readonly string[];
  readonly events: readonly string[];
  readonly edges: readonly string[];
  /** By what map clients are told, where they are. */
  readonly clients?: readonly string[] | undefined;
}

/** Where a stack keeps its own inventory: a key of the template's metadata. */
export const INVENTORY_KEY = 'cache-ops';

/** The schedules, raster sources, events, edges and ways to map clients that the settings hold. */
export function inventoryOf({ schedules, rasters, events, edges, clients }: Settings): Inventory {
  return {
    schedules: schedules.map(({ name }) => name),
    rasters: rasters.map(({ bucket = 'the bucket of the stack', prefix = '', refresh }) => {
      const { target, serviceFolder, serviceName, serviceType } = refresh;
      const service = [serviceFolder, `${String(serviceName)}.${String(serviceType)}`].filter(Boolean).join('/');
      return `${bucket}, ${prefix === '' ? 'all of it' : prefix}: refreshes ${service} of ${String(target)}`;
    }),
    events: events.map(({ name }) => name),
    ...(clients.websocket && { clients: ['WebSocket'] }),
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
