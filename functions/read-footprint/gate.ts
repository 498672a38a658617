import * as z from 'zod/mini';
import { inGroups } from '../../shared/ledger/in-groups.ts';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';
import { bucketObjects, isThere, READ_AT_ONCE } from '../../shared/rasters/bucket-objects.ts';
import type { Source } from '../../shared/rasters/sources.ts';

/** So many are named; then nobody looks on. */
const MOST_NAMED = 10;
const MOST_MANIFEST_BYTES = 8 * 1024 * 1024;

const keysSchema = z.array(z.string());

/** The files that a source waits for and that are not there, whatever their size: the first of them. */
export async function missingFiles(
  rasters: RasterTable,
  source: Source,
  generation: number,
): Promise<{ missing: string[] }> {
  const keys = new Map<string, string>();
  for await (const page of rasters.open(source.name, generation)) {
    for (const { bucket, key } of page) keys.set(key, bucket);
  }
  const { marker, manifest, sidecar } = source.ready ?? {};
  const folders = [...new Set([...keys.keys()].map(folderOf))];
  const files = [
    ...(marker === undefined ? [] : folders.map((folder) => `${folder}${marker}`)),
    ...(sidecar === undefined ? [] : [...keys.keys()].map((key) => `${key.replace(/\.[^./]*$/u, '')}${sidecar}`)),
  ];
  const missing = await notThere(source.bucket, files);
  for (const folder of manifest === undefined ? [] : folders) {
    if (missing.length >= MOST_NAMED) break;
    missing.push(...(await missingOfManifest(source, `${folder}${manifest}`, keys)));
  }
  return { missing: missing.slice(0, MOST_NAMED) };
}

async function missingOfManifest(source: Source, manifest: string, arrived: Map<string, string>): Promise<string[]> {
  const text = await wholeText(source.bucket, manifest);
  if (text === undefined) return [manifest];
  const listed = keysIn(text);
  if (listed === undefined) return [`${manifest} as a JSON array of keys`];
  const open = [...new Set(listed)].filter((key) => !arrived.has(key));
  // The function may read nothing else.
  const elsewhere = open.filter((key) => !key.startsWith(source.prefix));
  const below = open.filter((key) => key.startsWith(source.prefix));
  return [
    ...elsewhere.map((key) => `${key}, which ${manifest} lists, below the prefix of the source`),
    ...(await notThere(source.bucket, below)),
  ];
}

async function notThere(bucket: string, keys: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (let at = 0; at < keys.length && missing.length < MOST_NAMED; at += READ_AT_ONCE) {
    const group = keys.slice(at, at + READ_AT_ONCE);
    const found = await inGroups(group, READ_AT_ONCE, (key) => isThere(bucket, key));
    missing.push(...group.filter((_, index) => found[index] === false));
  }
  return missing;
}

async function wholeText(bucket: string, key: string): Promise<string | undefined> {
  const part = await bucketObjects(bucket, { key }).read(key, 0, MOST_MANIFEST_BYTES);
  return part && Buffer.from(part.bytes).toString('utf8');
}

function keysIn(text: string): string[] | undefined {
  try {
    return keysSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
