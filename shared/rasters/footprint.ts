import { type Affine, affineOf, referenceOf, sizeOf } from './geotiff.ts';
import { type Point, type Projection, projectionOf } from './projection.ts';
import { RasterError } from './raster-error.ts';
import type { Reader } from './reader.ts';
import { readAuxXml, readMetadataBox, readSidecar, readWorldFile } from './side-files.ts';
import { readTags, type TiffTags } from './tiff-tags.ts';

/** Rings of polygons, as [x, y]. */
export type Polygons = readonly (readonly (readonly (readonly number[])[])[])[];

/** Where a raster lies, and what said so. */
export interface Footprint {
  source: 'stac' | 'sidecar' | 'metadata' | 'tiff' | 'aux' | 'world-file';
  /** Whose lines are straight between the points. */
  polygons: Polygons;
  projection: Projection;
}

const LON_LAT = 'EPSG:4326';
const WORLD_FILES = ['tfw', 'tifw', 'tiffw', 'wld'];

/**
 * The first that is there: a JSON file beside the raster, the object's own metadata, the tags of the TIFF, `.aux.xml`, a
 * world file with its `.prj`. Throws a {@link RasterError} where none says where the raster lies.
 */
export async function footprintOf(reader: Reader, key: string): Promise<Footprint> {
  const base = key.replace(/\.[^./]*$/u, '');
  const sidecar = await reader.text(`${base}.json`);
  const beside = sidecar === undefined ? undefined : readSidecar(sidecar);
  if (beside !== undefined) return { ...beside, projection: await projectionOf(LON_LAT) };
  const metadata = await reader.metadata(key);
  if (metadata === undefined) throw new RasterError('The object is not there any more.');
  const { bbox } = metadata;
  if (bbox !== undefined) {
    return { source: 'metadata', polygons: readMetadataBox(bbox), projection: await projectionOf(LON_LAT) };
  }
  const tags = await readTags(reader, key);
  if (tags === undefined) {
    throw new RasterError('It is no TIFF, and no JSON file beside it and no metadata say where it lies.');
  }
  return await tiffFootprint(reader, { key, base }, tags);
}

async function tiffFootprint(
  reader: Reader,
  { key, base }: { key: string; base: string },
  tags: TiffTags,
): Promise<Footprint> {
  const affine = affineOf(tags);
  const reference = referenceOf(tags);
  if (affine !== undefined && reference !== undefined) return await gridFootprint('tiff', tags, affine, reference);
  const aux = readAuxXml((await reader.text(`${key}.aux.xml`)) ?? '');
  const place = affine ?? aux.affine;
  const system = reference ?? aux.reference;
  if (place !== undefined && system !== undefined) return await gridFootprint('aux', tags, place, system);
  const world = place ?? (await worldFile(reader, base));
  const text = system ?? (await reader.text(`${base}.prj`));
  if (world === undefined) throw new RasterError('Neither its tags nor a file beside it say where it lies.');
  if (text === undefined)
    throw new RasterError('No code and no text that is known says in which reference system it is.');
  return await gridFootprint('world-file', tags, world, text);
}

async function worldFile(reader: Reader, base: string): Promise<Affine | undefined> {
  for (const suffix of WORLD_FILES) {
    const text = await reader.text(`${base}.${suffix}`);
    if (text !== undefined) return readWorldFile(text);
  }
  return undefined;
}

/** The four edges of the image, not the middles of its outermost pixels. */
async function gridFootprint(
  source: Footprint['source'],
  tags: TiffTags,
  [a, b, c, d, e, f]: Affine,
  reference: string,
): Promise<Footprint> {
  const { width, height } = sizeOf(tags);
  const at = (column: number, row: number): Point => [a + b * column + c * row, d + e * column + f * row];
  const ring = [at(0, 0), at(width, 0), at(width, height), at(0, height)];
  return { source, polygons: [[ring]], projection: await projectionOf(reference) };
}
