import { InvalidInputError, VendorRejectedError } from '../errors.ts';
import { EVERY_SCALE } from './job-inputs.ts';
import { extentOfLayers } from './layer-extent.ts';
import { chooseScales, describeService, type ServiceDescription, type TileCache, tileCacheOf } from './map-service.ts';
import { rectangle } from './polygons.ts';
import { inputServiceSchema, type ServiceName } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

const BY_LAYERS = 'BY LAYERS: ';

/** As `area_of_interest` of what is sought: the extent that the service's layers tell. Never sent. */
export function areaByLayers(named: string): string {
  return `${BY_LAYERS}${named}`;
}

/** Whether an input of what is sought stands for what only the service can say. */
export function isSaidByService(input: string | undefined): boolean {
  return input === EVERY_SCALE || input?.startsWith(BY_LAYERS) === true;
}

/** The inputs of a tile job with what the service says in their places, and the service itself. */
interface ResolvedInputs {
  inputs: Record<string, string>;
  service: ServiceName;
  description: ServiceDescription;
  cache: TileCache;
}

/**
 * What the service says of the inputs of a sought tile job; undefined where it no longer says so.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function resolveInputs(
  site: ArcgisSite,
  sought: Record<string, string>,
): Promise<ResolvedInputs | undefined> {
  const { data: service } = inputServiceSchema.safeParse(sought['service_url']);
  if (service === undefined) return undefined;
  const { area_of_interest: area = '', levels } = sought;
  try {
    const description = await describeService(site, service);
    const cache = tileCacheOf(description, service);
    const inputs = { ...sought };
    if (levels === EVERY_SCALE) inputs['levels'] = chooseScales('ALL', cache).join(';');
    if (area.startsWith(BY_LAYERS)) {
      const layered = { service, description, reference: cache.spatialReference };
      const { extent } = await extentOfLayers(site, layered, area.slice(BY_LAYERS.length));
      inputs['area_of_interest'] = JSON.stringify(rectangle(extent, cache.spatialReference));
    }
    return { inputs, service, description, cache };
  } catch (error) {
    const isUnknown = error instanceof VendorRejectedError && (error.code === 400 || error.code === 404);
    if (error instanceof InvalidInputError || isUnknown) return undefined;
    throw error;
  }
}
