import { readAreaOfInterest, readConstrainingExtent } from './area-of-interest.ts';
import { type CachedService, openCache, outServiceUrl, readServiceUrl } from './cached-service.ts';
import { type Area, extentArea } from './geometry.ts';
import type { Work } from './gp-jobs.ts';
import { badParameter, type GpTask } from './gp-task.ts';
import { type Lod, type TileAddress, type TileScheme, tilesTouching } from './tile-scheme.ts';
import type { TileStore } from './tile-store.ts';

/** `Manage Map Cache Tiles`: creates, renews or removes tiles of some scales within an area. */
export const manageTiles: GpTask = {
  service: 'System/CachingTools.GPServer',
  name: 'ManageMapCacheTiles',
  displayName: 'Manage Map Cache Tiles',
  parameters: [
    { name: 'service_url', dataType: 'GPString', required: true },
    { name: 'levels', dataType: 'GPString', required: true },
    { name: 'thread_count', dataType: 'GPLong', required: true },
    {
      name: 'update_mode',
      dataType: 'GPString',
      required: true,
      choices: ['RECREATE_ALL_TILES', 'RECREATE_EMPTY_TILES', 'DELETE_TILES'],
    },
    { name: 'constraining_extent', dataType: 'GPString', required: false },
    { name: 'area_of_interest', dataType: 'GPFeatureRecordSetLayer', required: false },
  ],
  output: 'out_service_url',
  prepare(inputs, site) {
    const service = readServiceUrl(inputs['service_url'], site);
    const scales = readScales(inputs['levels'] ?? '');
    const extent = readConstrainingExtent(inputs['constraining_extent'] || 'DEFAULT');
    const area = inputs['area_of_interest'] ? readAreaOfInterest(inputs['area_of_interest']) : extent;
    checkThreads(inputs['thread_count']);
    return () => {
      const cache = openCache(service, site);
      const lods = scales.map((scale) => findLod(cache.scheme, scale));
      return work(cache, lods, area ?? extentArea(service.extent), inputs['update_mode'] ?? '', site.tiles);
    };
  },
  result: outServiceUrl,
};

/** Refuses a number of caching instances that is neither -1 (all) nor at least 1. */
export function checkThreads(text: string | undefined): void {
  const threads = Number(text);
  if (threads !== -1 && threads < 1) throw badParameter("'thread_count' must be -1 or at least 1.");
}

function readScales(levels: string): number[] {
  const scales = levels.replace(/;$/, '').split(';').map(Number);
  if (scales.some((scale) => !(scale > 0))) throw badParameter("'levels' must be scales separated by semicolons.");
  return [...new Set(scales)];
}

function findLod({ lods }: TileScheme, wanted: number): Lod {
  const lod = lods.find(({ scale }) => scale === wanted);
  if (lod) return lod;
  throw new Error(
    `ERROR 001472: Scale ${wanted} is not in the tiling scheme: ${lods.map(({ scale }) => scale).join(', ')}.`,
  );
}

function work({ id }: CachedService, lods: Lod[], area: Area, mode: string, tiles: TileStore): Work {
  const touched = lods.flatMap((lod) => tilesTouching(area, lod));
  const existing = touched.filter((tile) => tiles.peek(id, tile));
  const missing = touched.filter((tile) => !tiles.peek(id, tile));
  const removes = mode === 'DELETE_TILES';
  const todo = removes ? existing : mode === 'RECREATE_ALL_TILES' ? touched : missing;
  return {
    steps: todo.length,
    apply(step, at) {
      const tile = todo[step];
      if (!tile) return undefined;
      if (removes) tiles.remove(id, tile);
      else tiles.put(id, tile, at);
      return endOfLevel(todo, step);
    },
    finish: () => summary(mode, existing.length, missing.length),
  };
}

function endOfLevel(todo: TileAddress[], step: number): string | undefined {
  const level = todo[step]?.level;
  if (todo[step + 1]?.level === level) return undefined;
  return `Level ${level}: ${todo.filter((tile) => tile.level === level).length} tiles done.`;
}

function summary(mode: string, existing: number, missing: number): string {
  if (mode === 'DELETE_TILES') return `${existing} tiles deleted, ${missing} did not exist.`;
  if (mode === 'RECREATE_ALL_TILES') return `${existing} tiles renewed, ${missing} created.`;
  return `${missing} tiles created, ${existing} left as they were.`;
}
