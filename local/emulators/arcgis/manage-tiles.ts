import { readAreaOfInterest, readConstrainingExtent } from './area-of-interest.ts';
import {
  checkThreads,
  OUT_SERVICE_URL,
  openCache,
  outServiceUrl,
  readServiceUrl,
  SERVICE_URL,
  THREAD_COUNT,
} from './cached-service.ts';
import { type Area, areaTouches, type Extent, extentArea } from './geometry.ts';
import type { Work } from './gp-jobs.ts';
import { badParameter, type GpInputs, type GpParameter, type SubmittedTask } from './gp-task.ts';
import type { Site } from './site.ts';
import {
  type Lod,
  type TileAddress,
  type TileScheme,
  tileExtent,
  tilesTouching,
  withSupertiles,
} from './tile-scheme.ts';

const MODES = ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES'];
/** They take up an earlier job; what they do exactly is not known. */
const MODES_FOR_A_JOB = ['COMPLETE_JOB', 'FIX_JOB', 'RESUME_JOB'];

const EXTENT: GpParameter = {
  name: 'constraining_extent',
  displayName: 'Update Extent',
  dataType: 'GPString',
  required: false,
  defaultValue: 'DEFAULT',
};
const JOB_ID: GpParameter = { name: 'jobid', displayName: 'Job ID', dataType: 'GPString', required: false };
const AREA: GpParameter = {
  name: 'area_of_interest',
  displayName: 'Area Of Interest',
  dataType: 'GPFeatureRecordSetLayer',
  required: false,
};

/** `Manage Map Cache Tiles`: creates, renews or removes tiles of some scales within an area. */
export const manageTiles = task('System/CachingTools.GPServer', MODES, [EXTENT, AREA]);

/** The same in the service that Esri's own clients run it through. */
export const controlTiles = task(
  'System/CachingControllers.GPServer',
  [...MODES, ...MODES_FOR_A_JOB],
  [EXTENT, JOB_ID, AREA],
);

function task(service: string, modes: string[], optional: GpParameter[]): SubmittedTask {
  const choices = { choices: modes, defaultValue: 'Recreate All Tiles' };
  return {
    service,
    name: 'ManageMapCacheTiles',
    displayName: 'Manage Map Cache Tiles',
    parameters: [
      SERVICE_URL,
      { name: 'levels', displayName: 'Scales', dataType: 'GPString', required: true },
      { ...THREAD_COUNT, required: true },
      { name: 'update_mode', displayName: 'Update Mode', dataType: 'GPString', required: true, ...choices },
      ...optional,
    ],
    output: OUT_SERVICE_URL,
    prepare,
    result: outServiceUrl,
  };
}

function prepare(inputs: GpInputs, site: Site): () => Work {
  const service = readServiceUrl(inputs['service_url'], site);
  const scales = readScales(inputs['levels'] ?? '');
  const extent = readConstrainingExtent(inputs['constraining_extent'] ?? 'DEFAULT');
  const area = inputs['area_of_interest'] ? readAreaOfInterest(inputs['area_of_interest']) : extent;
  const mode = inputs['update_mode'] ?? '';
  checkThreads(inputs['thread_count']);
  return () => {
    const { id, scheme } = openCache(service, site);
    if (MODES_FOR_A_JOB.includes(mode)) throw new Error(`ERROR: The update mode ${mode} is not emulated.`);
    const lods = scales.map((scale) => findLod(scheme, scale));
    return work(id, lods, area ?? extentArea(service.extent), mode, site);
  };
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

function work(id: string, lods: Lod[], area: Area, mode: string, { tiles, supertilePixels, badPlaces }: Site): Work {
  const pixels = mode === 'DELETE_TILES' ? 256 : supertilePixels;
  const touched = lods.flatMap((lod) => withSupertiles(tilesTouching(area, lod), lod, pixels));
  const existing = touched.filter((tile) => tiles.peek(id, tile));
  const missing = touched.filter((tile) => !tiles.peek(id, tile));
  const removes = mode === 'DELETE_TILES';
  const todo = removes ? existing : mode === 'RECREATE_ALL_TILES' ? touched : missing;
  if (!removes) checkPlaces(todo, lods, badPlaces);
  return {
    steps: todo.length,
    tiles: { service: id, todo, makes: !removes },
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

function checkPlaces(todo: TileAddress[], lods: Lod[], badPlaces: Extent[]): void {
  for (const { level, row, col } of badPlaces.length === 0 ? [] : todo) {
    const lod = lods.find((one) => one.level === level);
    if (lod && badPlaces.some((place) => areaTouches(extentArea(place), tileExtent(lod, row, col)))) {
      throw new Error(`ERROR 001470: Failed to create cache tiles. Tile ${level}/${row}/${col} could not be drawn.`);
    }
  }
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
