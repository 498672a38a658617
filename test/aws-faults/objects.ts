import { type CreatedObject, type Storage, startStorage } from '../../local/storage.ts';
import { BUCKET, bboxOf } from '../support/raster-places.ts';

interface Objects {
  /** Two rasters that lie far apart, each with a file beside it that says where. */
  near: CreatedObject;
  far: CreatedObject;
  /** A raster of which nobody can say where it lies. */
  odd: CreatedObject;
}

/** The columns and rows of the tiles at the finest level that the rasters touch. */
export const PLACES = { near: [1000, 1300], far: [200, 1400] } as const;

let started: Promise<{ storage: Storage; objects: Objects }> | undefined;

/** S3 on a loopback port, with the rasters of the scenarios: one for this process, because functions keep one client of it. */
export async function rasterObjects(): Promise<Objects> {
  started ??= startObjects();
  return (await started).objects;
}

export async function closeObjects(): Promise<void> {
  await (await started)?.storage.close();
}

async function startObjects(): Promise<{ storage: Storage; objects: Objects }> {
  const storage = await startStorage();
  process.env['AWS_ENDPOINT_URL_S3'] = storage.endpoint;
  await storage.createBucket(BUCKET);
  const put = (key: string, text: string) => storage.putObject(BUCKET, key, Buffer.from(text));
  for (const name of ['near', 'far'] as const) {
    await put(`landsat/${name}.json`, JSON.stringify({ bbox: bboxOf(PLACES[name]) }));
  }
  const [near, far, odd] = [await raster('near'), await raster('far'), await raster('odd')];
  return { storage, objects: { near, far, odd } };

  async function raster(name: string): Promise<CreatedObject> {
    return await put(`landsat/${name}.tif`, 'the pixels');
  }
}
