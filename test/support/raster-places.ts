import assert from 'node:assert/strict';
import { serviceId } from '../../local/emulators/arcgis/catalogue.ts';
import type { JobPlatform } from './job-platform.ts';
import { SOURCE } from './raster-runs.ts';

export const BUCKET = 'my-rasters';
export const SERVICE = 'Imagery/Landsat.ImageServer';
export const TILES = 'manage-map-server-cache-tiles';
/** The finest, unless told. */
export const LEVEL = 12;
const EDGE = 20_037_508.342_787;
const TILE = (2 * EDGE) / 2 ** LEVEL;
const LEVEL_0_SCALE = 591_657_527.591555;
const LEVEL_0_RESOLUTION = 156_543.033_928;

/** The service of the raster source. */
export function landsat({ emulator }: Pick<JobPlatform, 'emulator'>) {
  const { serviceFolder: folder, serviceName: name, serviceType: type } = SOURCE.refresh;
  return emulator.services.get(serviceId({ folder, name, type })) ?? assert.fail();
}

/** Has the service of the raster source a cache with so many scales. */
export function cutIntoTiles(platform: Pick<JobPlatform, 'emulator'>, levels = LEVEL + 1): void {
  landsat(platform).scheme = {
    lods: Array.from({ length: levels }, (_, level) => ({
      level,
      scale: LEVEL_0_SCALE / 2 ** level,
      resolution: LEVEL_0_RESOLUTION / 2 ** level,
    })),
  };
}

/** Longitudes and latitudes of these tiles of the finest level, from within the first to within the last. */
export function bboxOf([col, row]: readonly [number, number], tiles = 1): number[] {
  const lon = (x: number) => ((x * TILE - EDGE) / EDGE) * 180;
  const lat = (y: number) => (Math.atan(Math.sinh(((EDGE - y * TILE) / EDGE) * Math.PI)) / Math.PI) * 180;
  return [lon(col + 0.25), lat(row + tiles - 0.25), lon(col + tiles - 0.25), lat(row + 0.25)];
}
