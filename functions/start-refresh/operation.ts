import * as z from 'zod/mini';
import { ensureRunning } from '../../shared/lambda/ensure-running.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import { type Mailbox, type OpenRaster, rasterName } from '../../shared/ledger/raster-items.ts';
import { RasterTable } from '../../shared/ledger/raster-table.ts';
import { type Source, sourcesIn } from '../../shared/rasters/sources.ts';

const queueEventSchema = z.object({
  Records: z
    .array(z.object({ messageId: z.string(), body: z.string(), eventSource: z.literal('aws:sqs') }))
    .check(z.minLength(1)),
});

const newObjectSchema = z.object({
  bucket: z.object({ name: z.string() }),
  object: z.object({
    key: z.string(),
    size: z.optional(z.number()),
    etag: z.optional(z.string()),
    eTag: z.optional(z.string()),
    sequencer: z.optional(z.string()),
    'version-id': z.optional(z.string()),
    versionId: z.optional(z.string()),
  }),
});

/** An object that has arrived; `keys`: how its key may be meant, the likeliest first. */
interface NewObject extends Pick<OpenRaster, 'bucket' | 'etag'> {
  keys: string[];
  size: number | undefined;
  /** Changes with every object that is put under the key. */
  version: string;
}

/** S3 tells of an object through EventBridge, or in its own notification, which also comes once as a test event. */
const bodySchema = z.union([
  z.pipe(
    z.object({ detail: newObjectSchema }),
    z.transform(({ detail }) => [newObject(detail)]),
  ),
  z.pipe(
    z.object({
      Records: z.array(z.object({ eventName: z._default(z.string(), 'ObjectCreated'), s3: newObjectSchema })),
    }),
    z.transform(({ Records }) =>
      Records.filter(({ eventName }) => eventName.includes('ObjectCreated')).map(({ s3 }) =>
        newObject(s3, { isEncoded: true }),
      ),
    ),
  ),
  z.pipe(
    z.object({ Event: z.literal('s3:TestEvent') }),
    z.transform((): NewObject[] => []),
  ),
]);

/** What a batch has brought for one source: its rasters by the names of their items, and the messages that told of them. */
interface Arrivals {
  source: Source;
  rasters: Map<string, Omit<OpenRaster, 'generation'>>;
  messageIds: Set<string>;
}

/**
 * Records the rasters of a batch, and sees to it that an execution of each source takes care of them. A message is done
 * with when all its rasters are recorded, or when it has none; the others come back, alone.
 */
export async function startRefreshes(event: unknown) {
  const { Records } = queueEventSchema.parse(event);
  const sources = sourcesIn(environment('RASTERS').RASTERS);
  const failed = new Set<string>();
  const arrivals = new Map<string, Arrivals>();
  for (const { messageId, body } of Records) {
    const objects = newObjects(body);
    if (objects === undefined) {
      failed.add(messageId);
      log('error', 'a message that tells of no S3 object', { messageId });
    }
    for (const object of (objects ?? []).filter(({ size }) => size !== 0)) addTo(arrivals, sources, object, messageId);
  }
  const { LEDGER_TABLE: table, STATE_MACHINE_ARN: machineArn } = environment('LEDGER_TABLE', 'STATE_MACHINE_ARN');
  kept ??= new RasterTable(table);
  for (const each of arrivals.values()) {
    if (!(await areRecorded(kept, machineArn, each))) for (const messageId of each.messageIds) failed.add(messageId);
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

let kept: RasterTable | undefined;

function newObjects(body: string): NewObject[] | undefined {
  try {
    return bodySchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Notifications encode keys as forms do (a space is `+`); EventBridge's are as they are. Either is taken the other way too. */
function newObject({ bucket, object }: z.output<typeof newObjectSchema>, { isEncoded = false } = {}): NewObject {
  const { key, size, etag = object.eTag } = object;
  const keys = [key, decodedKey(key)];
  return {
    bucket: bucket.name,
    keys: isEncoded ? keys.toReversed() : keys,
    size,
    etag,
    version: object['version-id'] ?? object.versionId ?? object.sequencer ?? etag ?? '',
  };
}

function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function addTo(arrivals: Map<string, Arrivals>, sources: Source[], object: NewObject, messageId: string): void {
  const { bucket, keys, etag, version } = object;
  for (const source of sources) {
    const key = keys.find((each) => comesFrom(source, bucket, each));
    if (key === undefined) continue;
    const own = arrivals.get(source.name) ?? { source, rasters: new Map(), messageIds: new Set() };
    arrivals.set(source.name, own);
    const name = rasterName(key, version);
    own.rasters.set(name, { name, bucket, key, etag, arrivedAt: new Date().toISOString() });
    own.messageIds.add(messageId);
  }
}

/** macOS uploads letters with accents taken apart. */
function comesFrom(source: Source, bucket: string, given: string): boolean {
  const key = given.normalize();
  const endsWell = source.suffixes.some((suffix) => key.toLowerCase().endsWith(suffix.normalize().toLowerCase()));
  return source.bucket === bucket && key.startsWith(source.prefix.normalize()) && endsWell;
}

/** Rasters first, then the mailbox, then the start: whatever breaks off in between, the messages come back. */
async function areRecorded(table: RasterTable, machineArn: string, { source, ...arrived }: Arrivals): Promise<boolean> {
  const fields = { source: source.name, rasters: arrived.rasters.size, messages: arrived.messageIds.size };
  try {
    const before = await table.mailbox(source.name);
    const stamped = [...arrived.rasters.values()].map((raster) => ({ ...raster, generation: before.generation }));
    const { fresh, known } = await table.put(source.name, stamped);
    const box = fresh.length > 0 ? await table.wake(source.name, now()) : await wokenFor(table, source.name, known);
    if (box === undefined) {
      log('info', 'rasters that are known', fields);
      return true;
    }
    const execution = await ensureRunning({ rasters: table, source: source.name, machineArn }, box);
    log('info', 'rasters recorded', { ...fields, new: fresh.length, execution });
    return true;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    log('error', 'rasters not recorded, their messages come back', { ...fields, error: name, reason: message });
    return false;
  }
}

/** Rasters that a message has brought before; where it broke off then, their mailbox may not know of them. */
async function wokenFor(
  table: RasterTable,
  source: string,
  known: readonly OpenRaster[],
): Promise<Mailbox | undefined> {
  const box = await table.mailbox(source);
  if (known.every(({ generation }) => generation <= box.taken)) return undefined;
  return box.lastAt === undefined ? await table.wake(source, now()) : box;
}

function now(): string {
  return new Date().toISOString();
}
