import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

/** The partition with one mailbox for each source. */
export const MAILBOXES = 'rasters';

/** The functions that `renew-rasters` has asked by the machine, which calls them by their numbers. */
export const ASKED = ['read-footprint', 'count-rasters', 'manage-map-server-cache-tiles'] as const;

/** The partition of the rasters of a source that no refresh has covered yet. */
export function openPartition(source: string): string {
  return `raster-open/${source}`;
}

/** The partition of those that are covered: a message that is delivered again is known by it. */
export function seenPartition(source: string): string {
  return `raster-seen/${source}`;
}

const text = z.optional(z.string());

/** What is known of the rasters that wait. Times are ISO 8601 in UTC. */
const mailboxSchema = z.looseObject({
  /** Grows whenever a group is taken: a raster is stamped with the one that it came in. */
  generation: z._default(z.number(), 0),
  /** The last generation whose rasters were taken. */
  taken: z._default(z.number(), -1),
  /** When the first and the last raster came since the last group was taken. */
  firstAt: text,
  lastAt: text,
  /** The ARN of the execution that takes care of them. */
  running: text,
});

export type Mailbox = z.output<typeof mailboxSchema>;

export function mailboxOf(item: unknown): Mailbox {
  return mailboxSchema.parse(item);
}

/** A raster that waits to be covered. */
const rasterSchema = z.object({
  /** Of the item: the same for every message about one version of one object. */
  name: z.string(),
  bucket: z.string(),
  key: z.string(),
  etag: text,
  arrivedAt: z.string(),
  generation: z.number(),
  /** Where it was drawn: the reference of the cache, and the side of a tile of its finest scale. */
  plane: text,
  /** The rings of its polygons there, as JSON. */
  outline: text,
  /** Why nobody can say where it lies. */
  unreadable: text,
});

export type OpenRaster = z.output<typeof rasterSchema>;

export function rasterOf(item: unknown): OpenRaster {
  return rasterSchema.parse(item);
}

/** DynamoDB takes sort keys of 1,024 bytes, S3 keys as long. */
const MOST_BYTES = 900;

/** The name of a raster's item. `version`: what S3 changes with every object that is put under the key. */
export function rasterName(key: string, version: string): string {
  const name = `${key}#${version}`;
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  return createHash('sha256').update(name).digest('hex');
}
