import type { CreatedObject } from '../../local/storage.ts';
import type { JobPlatform } from './job-platform.ts';
import { record } from './raster-messages.ts';
import { put, startObjects } from './raster-objects.ts';
import { bboxOf, cutIntoTiles, LEVEL, SERVICE } from './raster-places.ts';
import { deliverRecords, rasterPlatform } from './raster-runs.ts';

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
  cutIntoTiles(platform, levels);
  return platform;
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

/** A raster whose file beside it says that it covers these tiles. */
export async function putRaster(key: string, place: readonly [number, number], tiles = 1): Promise<CreatedObject> {
  await put(key.replace('.tif', '.json'), JSON.stringify({ bbox: bboxOf(place, tiles) }));
  return await put(key, 'the pixels');
}
