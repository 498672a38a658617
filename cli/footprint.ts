import { basename, dirname } from 'node:path';
import { folderObjects } from '../local/folder-objects.ts';
import { type Footprint, footprintOf } from '../shared/rasters/footprint.ts';
import { boxAround, DEGREES, outlineIn } from '../shared/rasters/outline.ts';
import { RasterError } from '../shared/rasters/raster-error.ts';
import { Reader } from '../shared/rasters/reader.ts';

/** Where a raster file lies, or why nobody can say. */
type FileFootprint =
  | { file: string; unreadable: string }
  | {
      file: string;
      source: Footprint['source'];
      crs: string;
      /** West, south, east, north; east is above 180 where it crosses that. */
      bbox4326: readonly number[];
      rings4326: readonly (readonly number[])[][];
      reads: number;
      bytes: number;
    };

/** Of a box, in degrees: half a centimetre. */
const BOX_TOLERANCE = 5e-8;

/** Where raster files of this machine lie, one after the other. */
export async function footprints(files: readonly string[]): Promise<FileFootprint[]> {
  const all: FileFootprint[] = [];
  for (const file of files) all.push(await footprintOfFile(file));
  return all;
}

async function footprintOfFile(file: string): Promise<FileFootprint> {
  const reader = new Reader(folderObjects(dirname(file)));
  try {
    const footprint = await footprintOf(reader, basename(file));
    const polygons = outlineIn(footprint, DEGREES);
    return {
      file,
      source: footprint.source,
      crs: footprint.projection.crs,
      bbox4326: boxAround(outlineIn(footprint, { ...DEGREES, tolerance: BOX_TOLERANCE })),
      rings4326: polygons.flat(),
      reads: reader.reads,
      bytes: reader.bytes,
    };
  } catch (error) {
    if (!(error instanceof RasterError)) throw error;
    return { file, unreadable: error.message };
  }
}
