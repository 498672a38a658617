import assert from 'node:assert/strict';
import { serviceId } from '../../local/emulators/arcgis/catalogue.ts';
import type { CreatedObject } from '../../local/storage.ts';
import type { JobPlatform } from './job-platform.ts';
import { record } from './raster-messages.ts';
import { put, startObjects } from './raster-objects.ts';
import { deliverRecords, rasterPlatform, SOURCE } from './raster-runs.ts';

export const SERVICE = 'Imagery/Landsat.ImageServer';
export const TILES = 'manage-map-server-cache-tiles';
/** The finest, unless told. */
export const LEVEL = 12;
const EDGE = 20_037_508.342_787;
const TILE = (2 * EDGE) / 2 ** LEVEL;
const LEVEL_0_SCALE = 591_657_527.591555;
const LEVEL_0_RESOLUTION = 156_543.033_928;

type Options = NonNullable<Parameters<typeof rasterPlatform>[1]> & { levels?: number };

/** A platform whose raster source renews the tiles of a service with so many scales. */
export async function tilesPlatform(
  t: Parameters<typeof rasterPlatform>[0],
  tiles: object = {},
  { source = {}, levels = LEVEL + 1, ...options }: Options = {},
): Promise<JobPlatform> {
  await startObjects();
  const platform = await rasterPlatform(t, {
    ...options,
    // As a real server, it draws whole squares.
    emulator: { jobSeconds: 60, supertilePixels: 4096, ...options.emulator },
    source: { tiles: { inputService: SERVICE, ...tiles }, ...source },
  });
  landsat(platform).scheme = {
    lods: Array.from({ length: levels }, (_, level) => ({
      level,
      scale: LEVEL_0_SCALE / 2 ** level,
      resolution: LEVEL_0_RESOLUTION / 2 ** level,
    })),
  };
  return platform;
}

/** The service of the source. */
export function landsat({ emulator }: JobPlatform) {
  const { serviceFolder: folder, serviceName: name, serviceType: type } = SOURCE.refresh;
  return emulator.services.get(serviceId({ folder, name, type })) ?? assert.fail();
}

/** Tells that these objects have arrived, as S3 does, and waits for all that follows. */
export async function arrive(platform: JobPlatform, objects: readonly CreatedObject[]): Promise<void> {
  await platform.clock.after(1, () => tell(platform, objects));
  await platform.idle();
}

export async function tell(platform: JobPlatform, objects: readonly CreatedObject[]): Promise<string[]> {
  return await deliverRecords(
    platform,
    objects.map(({ bucket, key, sizeBytes: size, etag }) =>
      record({ 'detail-type': 'Object Created', detail: { bucket: { name: bucket }, object: { key, size, etag } } }),
    ),
  );
}

/** Whether some call that changes something was sent to the server. */
export function hasWritten({ emulator }: JobPlatform): boolean {
  return emulator.requests.some(({ path }) => /submitJob|\/clear$|\/cancel/i.test(path));
}

/** Longitudes and latitudes of these tiles of the finest level, from within the first to within the last. */
export function bboxOf([col, row]: readonly [number, number], tiles = 1): number[] {
  const lon = (x: number) => ((x * TILE - EDGE) / EDGE) * 180;
  const lat = (y: number) => (Math.atan(Math.sinh(((EDGE - y * TILE) / EDGE) * Math.PI)) / Math.PI) * 180;
  return [lon(col + 0.25), lat(row + tiles - 0.25), lon(col + tiles - 0.25), lat(row + 0.25)];
}

/** A raster whose file beside it says that it covers these tiles. */
export async function putRaster(key: string, place: readonly [number, number], tiles = 1): Promise<CreatedObject> {
  await put(key.replace('.tif', '.json'), JSON.stringify({ bbox: bboxOf(place, tiles) }));
  return await put(key, 'the pixels');
}
