import { VendorContractError } from '../errors.ts';
import type { SoughtJob } from '../jobs/job-reference.ts';
import { boundsOfArea } from './area-outline.ts';
import { EVERY_SCALE } from './job-inputs.ts';
import type { TileCache } from './map-service.ts';
import { resolveInputs } from './said-by-service.ts';
import { adminPathOf, type ServiceName, serviceLabel } from './service-name.ts';
import type { ArcgisSite } from './site.ts';
import type { Extent } from './update-extent.ts';

/** A call of a hosted service's admin resource that starts a job. */
export interface HostedCall {
  /** The admin resource, below which the jobs are too. */
  adminPath: string;
  operation: 'updateTiles' | 'rebuildCache' | 'deleteTiles' | 'deleteAllTiles';
  form: Record<string, string>;
  /** What tells its job from others, where the job tells as much. */
  levels?: number[];
  extent?: Extent;
}

/**
 * The call that does on a hosted service what these inputs of a caching tool ask for (pages "Update Tiles", "Delete
 * Tiles", "Delete All Tiles", "Rebuild Cache" of ArcGIS Online); undefined where the service does not say how, or where
 * the tool starts no job there.
 *
 * @throws the Vendor… errors where the server cannot be asked
 */
export async function hostedCall(
  site: ArcgisSite,
  { taskPath, inputs }: SoughtJob,
  parameters: Record<string, string> = {},
): Promise<HostedCall | undefined> {
  const isDeletion = taskPath.endsWith('/DeleteCache');
  if (!isDeletion && inputs['update_mode'] === undefined) return undefined;
  const resolved = await resolveInputs(site, { ...inputs, ...parameters });
  if (resolved === undefined) return undefined;
  const { service, cache, description } = resolved;
  const adminPath = adminPathOf(service);
  if (isDeletion) return { adminPath, operation: 'deleteAllTiles', form: {} };
  const { levels: scales = '', area_of_interest: area } = resolved.inputs;
  const isWhole = inputs['levels'] === EVERY_SCALE && !area;
  const isRecreated = inputs['update_mode'] !== 'DELETE_TILES';
  if (service.type === 'VectorTileServer' && isWhole && isRecreated) {
    return { adminPath, operation: 'rebuildCache', form: {} };
  }
  const levels = levelsOf(scales, cache, service);
  const extent = area ? boundsOfArea(area) : wholeExtent(description.fullExtent);
  const form = {
    levels: levels.join(','),
    extent: extent === undefined ? '' : JSON.stringify({ ...extent, spatialReference: cache.spatialReference }),
    // Else the bundles that are touched are overwritten, and the tiles around the extent are lost.
    ...(isRecreated ? { mergeBundle: 'true', replaceTiles: 'true' } : {}),
  };
  const operation = isRecreated ? 'updateTiles' : 'deleteTiles';
  return { adminPath, operation, form, levels, ...(extent === undefined ? {} : { extent }) };
}

function levelsOf(scales: string, { levelNumbers }: TileCache, service: ServiceName): number[] {
  const levels = scales.split(';').map((scale) => {
    const level = levelNumbers.get(Number(scale));
    if (level !== undefined) return level;
    throw new VendorContractError(
      `${serviceLabel(service)}: its tiling scheme gives no level for the scale ${scale}, nothing was submitted. Look at tileInfo in the service's own description.`,
    );
  });
  return levels.toSorted((one, other) => one - other);
}

type MaybeExtent = { [K in 'xmin' | 'ymin' | 'xmax' | 'ymax']?: number | null | undefined };

function wholeExtent(extent: MaybeExtent | null | undefined): Extent | undefined {
  const { xmin, ymin, xmax, ymax } = extent ?? {};
  const isTold = [xmin, ymin, xmax, ymax].every((value) => typeof value === 'number');
  return isTold ? { xmin: Number(xmin), ymin: Number(ymin), xmax: Number(xmax), ymax: Number(ymax) } : undefined;
}
