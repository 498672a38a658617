import { RasterError } from './raster-error.ts';
import { TAG, type TiffTags } from './tiff-tags.ts';

/** x = a + b * column + c * row, y = d + e * column + f * row: as GDAL's geotransform. Columns and rows count edges. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const KEY = { model: 1024, rasterType: 1025, geographic: 2048, projected: 3072 } as const;
const PROJECTED = 1;
const GEOGRAPHIC = 2;
const PIXEL_IS_POINT = 2;
const USER_DEFINED = 32767;
const ESRI_TEXT = /ESRI PE String = (.*)/su;

/** Pixels of the image, across and down. */
export function sizeOf(tags: TiffTags): { width: number; height: number } {
  const [width = 0] = tags.get(TAG.width) ?? [];
  const [height = 0] = tags.get(TAG.height) ?? [];
  if (!(width > 0 && height > 0)) throw new RasterError('It does not say how many pixels it has.');
  return { width, height };
}

/** From pixels to the file's reference system; undefined where its tags do not say. */
export function affineOf(tags: TiffTags): Affine | undefined {
  const affine = fromTransformation(tags) ?? fromScale(tags);
  if (affine === undefined) return undefined;
  if (!affine.every(Number.isFinite)) throw new RasterError('A figure of its georeference is no number.');
  const [a, b, c, d, e, f] = affine;
  if (b * f - c * e === 0) throw new RasterError('Its pixels have no size.');
  // Then the figures are of the middle of a pixel.
  const half = keysOf(tags).get(KEY.rasterType) === PIXEL_IS_POINT ? 0.5 : 0;
  return [a - half * (b + c), b, c, d - half * (e + f), e, f];
}

function fromTransformation(tags: TiffTags): Affine | undefined {
  const matrix = tags.get(TAG.transformation);
  if (matrix === undefined || matrix.length < 16) return undefined;
  const [b = 0, c = 0, , a = 0, e = 0, f = 0, , d = 0] = matrix;
  return [a, b, c, d, e, f];
}

/** One tie point and the size of a pixel. Tie points without a size are ground control points: they fit no straight grid. */
function fromScale(tags: TiffTags): Affine | undefined {
  const [scaleX, scaleY] = tags.get(TAG.pixelScale) ?? [];
  const [column, row, , x, y] = tags.get(TAG.tiepoints) ?? [];
  if (scaleX === undefined || scaleY === undefined || y === undefined) return undefined;
  return [(x ?? 0) - (column ?? 0) * scaleX, scaleX, 0, y + (row ?? 0) * scaleY, 0, -scaleY];
}

/** What reference system the file says that it is in, as a code or as Esri's text; undefined where it says none. */
export function referenceOf(tags: TiffTags): string | undefined {
  const keys = keysOf(tags);
  const model = keys.get(KEY.model);
  const code = keys.get(model === GEOGRAPHIC ? KEY.geographic : KEY.projected);
  const hasCode = code !== undefined && code > 0 && code < USER_DEFINED;
  if (hasCode && (model === PROJECTED || model === GEOGRAPHIC)) return `EPSG:${code}`;
  return ESRI_TEXT.exec(textOf(tags))?.[1]?.split('|')[0];
}

/** The keys whose value is a number of its own. */
function keysOf(tags: TiffTags): Map<number, number> {
  const [, , , , ...entries] = tags.get(TAG.geoKeys) ?? [];
  const keys = new Map<number, number>();
  for (let index = 0; index + 3 < entries.length; index += 4) {
    const [key = 0, location, , value = 0] = entries.slice(index, index + 4);
    if (location === 0) keys.set(key, value);
  }
  return keys;
}

function textOf(tags: TiffTags): string {
  return String.fromCharCode(...(tags.get(TAG.geoTexts) ?? []).slice(0, 10_000));
}
