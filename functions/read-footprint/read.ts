import { CacheOpsError, InvalidInputError } from '../../shared/errors.ts';
import { log } from '../../shared/lambda/log.ts';
import type { OpenRaster } from '../../shared/ledger/raster-items.ts';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';
import { bucketObjects, READ_AT_ONCE } from '../../shared/rasters/bucket-objects.ts';
import { cachePlane } from '../../shared/rasters/cache-plane.ts';
import { footprintOf } from '../../shared/rasters/footprint.ts';
import { outlineIn, type Plane } from '../../shared/rasters/outline.ts';
import { RasterError, ReplacedError } from '../../shared/rasters/raster-error.ts';
import { Reader } from '../../shared/rasters/reader.ts';
import type { Source } from '../../shared/rasters/sources.ts';

/** Where rasters are drawn. */
export interface CachePlane {
  crs: string;
  /** Of a tile of the finest scale, in map units. */
  tileSide: number;
}

interface Group {
  generation: number;
  plane: CachePlane;
}

/** Of one call. What is not read by then is read by the next. */
const MOST_MS = 60_000;
/** An item of DynamoDB has 400 kB at most. */
const MOST_CHARACTERS = 300_000;
const MOST_REASON = 300;

/** What a raster's item calls the plane that it was drawn in. */
export function nameOf({ crs, tileSide }: CachePlane): string {
  return `${tileSide} ${crs}`;
}

/** @throws InvalidInputError when the reference of the cache is not known */
export async function planeOf({ crs, tileSide }: CachePlane): ReturnType<typeof cachePlane> {
  try {
    return await cachePlane(crs, tileSide);
  } catch (error) {
    if (!(error instanceof RasterError)) throw error;
    throw new InvalidInputError(
      `tiles.inputService: nobody here can draw in the reference of the cache: ${error.message} Nothing was submitted. Leave "tiles" out of the source.`,
    );
  }
}

/** Reads where the rasters of a group lie, those that are not known yet; `done`: all of them. */
export async function readGroup(
  rasters: RasterTable,
  source: Source,
  { generation, plane }: Group,
): Promise<{ done: boolean; read: number }> {
  const startedAt = performance.now();
  const { plane: drawn } = await planeOf(plane);
  const name = nameOf(plane);
  let read = 0;
  for await (const page of rasters.open(source.name, generation)) {
    const unread = page.filter((raster) => raster.plane !== name);
    for (let at = 0; at < unread.length; at += READ_AT_ONCE) {
      if (performance.now() - startedAt > MOST_MS) return { done: false, read };
      const group = unread.slice(at, at + READ_AT_ONCE);
      await Promise.all(
        group.map(async (raster) => {
          await rasters.note(source.name, raster.name, { plane: name, ...(await outlineOf(raster, drawn)) });
        }),
      );
      read += group.length;
    }
  }
  return { done: true, read };
}

type Read = Pick<OpenRaster, 'outline'> | Pick<OpenRaster, 'unreadable'>;

/** A raster that another one has replaced has no place any more: that one has its own. */
async function outlineOf({ bucket, key, etag }: OpenRaster, plane: Plane): Promise<Read> {
  try {
    const footprint = await footprintOf(new Reader(bucketObjects(bucket, { key, etag })), key);
    return { outline: textOf(outlineIn(footprint, plane), plane) };
  } catch (error) {
    if (error instanceof ReplacedError) return { outline: '[]' };
    if (error instanceof RasterError) return { unreadable: error.message.slice(0, MOST_REASON) };
    if (error instanceof CacheOpsError) throw error;
    // Whatever is in a file, the others go on.
    const reason = error instanceof Error ? error.message : String(error);
    log('error', 'a raster that made reading fail', { bucket, key, reason });
    return { unreadable: `It cannot be read: ${reason}`.slice(0, MOST_REASON) };
  }
}

/** With as many digits as the tolerance has, and two more. An outline with very many points is the box around it. */
function textOf(polygons: readonly (readonly (readonly number[])[])[][], { tolerance }: Plane): string {
  const points = polygons.flat(2);
  if (!points.flat().every(Number.isFinite)) throw new RasterError('A part of it is where the cache has no place.');
  const digits = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(tolerance))));
  const text = JSON.stringify(polygons, (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(digits)) : value,
  );
  if (text.length <= MOST_CHARACTERS) return text;
  const [xs, ys] = [points.map(([x = 0]) => x), points.map(([, y = 0]) => y)];
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [bottom, top] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  return JSON.stringify([
    [
      [
        [left, top],
        [right, top],
        [right, bottom],
        [left, bottom],
      ],
    ],
  ]);
}
