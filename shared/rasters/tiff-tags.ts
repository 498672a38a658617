import { RasterError } from './raster-error.ts';
import type { Reader } from './reader.ts';

/** The tags of a TIFF's first image that say where it lies, by their numbers (TIFF 6.0, GeoTIFF 1.1). */
export const TAG = {
  width: 256,
  height: 257,
  pixelScale: 33550,
  tiepoints: 33922,
  transformation: 34264,
  geoKeys: 34735,
  geoTexts: 34737,
} as const;

export type TiffTags = ReadonlyMap<number, readonly number[]>;

const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));
/** Bytes of a value of each type that the wanted tags have: ASCII, short, long, double, 8-byte integer. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 12: 8, 16: 8 };
const MAX_ENTRIES = 2_000;
const MAX_VALUES = 60_000;

/** How a TIFF and a BigTIFF write the same directory. */
interface Layout {
  little: boolean;
  countBytes: 2 | 8;
  entryBytes: 12 | 20;
  /** Of an offset, and of a value that needs none. */
  wordBytes: 4 | 8;
}

/**
 * The wanted tags of the first image; undefined for a file that is no TIFF. The directories behind the first are left
 * alone: they may be many, and may lead back to where they came from.
 */
export async function readTags(reader: Reader, key: string): Promise<TiffTags | undefined> {
  const header = await reader.part(key, 0, 16);
  if (header === undefined) return undefined;
  const mark = String.fromCharCode(header[0] ?? 0, header[1] ?? 0);
  const little = mark === 'II';
  if (!little && mark !== 'MM') return undefined;
  const view = viewOf(header);
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return undefined;
  const layout: Layout =
    version === 43
      ? { little, countBytes: 8, entryBytes: 20, wordBytes: 8 }
      : { little, countBytes: 2, entryBytes: 12, wordBytes: 4 };
  const directory = version === 43 ? wordAt(view, 8, layout) : wordAt(view, 4, layout);
  return await directoryTags(reader, key, directory, layout);
}

async function directoryTags(reader: Reader, key: string, at: number, layout: Layout): Promise<TiffTags> {
  const { little, countBytes, entryBytes, wordBytes } = layout;
  const countView = viewOf(await partOf(reader, key, at, countBytes));
  const count = countBytes === 8 ? wordAt(countView, 0, layout) : countView.getUint16(0, little);
  if (count > MAX_ENTRIES) throw new RasterError(`Its first directory says that it has ${count} tags.`);
  const entries = viewOf(await partOf(reader, key, at + countBytes, count * entryBytes));
  const tags = new Map<number, number[]>();
  for (let entry = 0; entry < count * entryBytes; entry += entryBytes) {
    const tag = entries.getUint16(entry, little);
    const type = entries.getUint16(entry + 2, little);
    const typeBytes = TYPE_BYTES[type];
    if (!WANTED.has(tag) || typeBytes === undefined) continue;
    const values = wordAt(entries, entry + 4, layout);
    if (values > MAX_VALUES) throw new RasterError(`Its tag ${tag} says that it has ${values} values.`);
    const valueAt = entry + 4 + wordBytes;
    const bytes = values * typeBytes;
    const view =
      bytes <= wordBytes
        ? new DataView(entries.buffer, entries.byteOffset + valueAt, wordBytes)
        : viewOf(await partOf(reader, key, wordAt(entries, valueAt, layout), bytes));
    tags.set(tag, valuesOf(view, { type, values, typeBytes, little }));
  }
  return tags;
}

async function partOf(reader: Reader, key: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = length > 0 ? await reader.part(key, offset, length) : new Uint8Array();
  if (bytes === undefined) throw new RasterError('The file ends before its tags do.');
  return bytes;
}

function valuesOf(
  view: DataView,
  { type, values, typeBytes, little }: { type: number; values: number; typeBytes: number; little: boolean },
): number[] {
  return Array.from({ length: values }, (_, index) => {
    const at = index * typeBytes;
    if (type === 2) return view.getUint8(at);
    if (type === 3) return view.getUint16(at, little);
    if (type === 4) return view.getUint32(at, little);
    return type === 12 ? view.getFloat64(at, little) : Number(view.getBigUint64(at, little));
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wordAt(view: DataView, at: number, { wordBytes, little }: Layout): number {
  return wordBytes === 8 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
}
