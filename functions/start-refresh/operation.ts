import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { RASTERS_NAME } from '../../shared/jobs/started-by.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { startNamed } from '../../shared/lambda/executions.ts';
import { log } from '../../shared/lambda/log.ts';

const queueEventSchema = z.object({
  Records: z
    .array(z.object({ messageId: z.string(), body: z.string(), eventSource: z.literal('aws:sqs') }))
    .check(z.minLength(1)),
});

/** The settings' `rasters`, as the stack puts them into the environment. */
const sourcesSchema = z.array(
  z.object({
    bucket: z.string(),
    prefix: z._default(z.string(), ''),
    suffixes: z.array(z.string()).check(z.minLength(1)),
    refresh: z.unknown(),
  }),
);

type Source = z.output<typeof sourcesSchema>[number];

const newObjectSchema = z.object({
  bucket: z.object({ name: z.string() }),
  object: z.object({ key: z.string(), size: z.optional(z.number()) }),
});

/** One refresh, and the messages that it covers. */
interface Refresh {
  input: unknown;
  messageIds: Set<string>;
}

type NewObject = z.output<typeof newObjectSchema>;

/** S3 tells of an object through EventBridge, or in its own notification, which also comes once as a test event. */
const bodySchema = z.union([
  z.pipe(
    z.object({ detail: newObjectSchema }),
    z.transform(({ detail }) => [detail]),
  ),
  z.pipe(
    z.object({
      Records: z.array(z.object({ eventName: z._default(z.string(), 'ObjectCreated'), s3: newObjectSchema })),
    }),
    z.transform(({ Records }) =>
      Records.filter(({ eventName }) => eventName.includes('ObjectCreated')).map(({ s3 }) => s3),
    ),
  ),
  z.pipe(
    z.object({ Event: z.literal('s3:TestEvent') }),
    z.transform((): NewObject[] => []),
  ),
]);

/**
 * Starts one refresh per service for all the rasters of a batch. A message is done with when every refresh that it asks
 * for has been started, or when it asks for none; the others come back, alone.
 */
export async function startRefreshes(event: unknown) {
  const { Records } = queueEventSchema.parse(event);
  const sources = sourcesSchema.parse(JSON.parse(environment('RASTERS').RASTERS));
  const failed = new Set<string>();
  const refreshes = new Map<string, Refresh>();
  for (const { messageId, body } of Records) {
    const objects = newObjects(body);
    if (objects === undefined) {
      failed.add(messageId);
      log('error', 'a message that tells of no S3 object', { messageId });
    }
    for (const { refresh } of sourcesOf(objects ?? [], sources)) {
      const key = sameRefreshKey(refresh);
      const { messageIds } = refreshes.get(key) ?? { messageIds: new Set() };
      refreshes.set(key, { input: refresh, messageIds: messageIds.add(messageId) });
    }
  }
  for (const refresh of refreshes.values()) {
    if (!(await isStarted(refresh))) for (const messageId of refresh.messageIds) failed.add(messageId);
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

function newObjects(body: string): NewObject[] | undefined {
  try {
    return bodySchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function sourcesOf(objects: NewObject[], sources: Source[]): Source[] {
  const rasters = objects.filter(({ object }) => object.size !== 0);
  return sources.filter((source) => rasters.some((raster) => comesFrom(source, raster)));
}

/** Equal for two sources that ask for the same, in whatever order their keys are. */
function sameRefreshKey(refresh: unknown): string {
  return JSON.stringify(Object.entries(Object(refresh)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Notifications encode keys as forms do (a space is `+`); EventBridge's are taken either way. macOS uploads letters with
 * accents taken apart.
 */
function comesFrom({ bucket, prefix, suffixes }: Source, raster: NewObject): boolean {
  const keys = [raster.object.key, decodedKey(raster.object.key)].map((key) => key.normalize());
  const endsWell = (key: string) =>
    suffixes.some((suffix) => key.toLowerCase().endsWith(suffix.normalize().toLowerCase()));
  return raster.bucket.name === bucket && keys.some((key) => key.startsWith(prefix.normalize()) && endsWell(key));
}

function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

async function isStarted({ input, messageIds }: Refresh): Promise<boolean> {
  const fields = { refresh: input, messages: messageIds.size };
  const { STATE_MACHINE_ARN } = environment('STATE_MACHINE_ARN');
  try {
    // The same messages delivered twice start one refresh.
    const identity = [sameRefreshKey(input), ...[...messageIds].sort()].join('\n');
    const name = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    const executionArn = await startNamed(STATE_MACHINE_ARN, `${RASTERS_NAME}${name}`, input);
    log('info', 'refresh started for new rasters', { ...fields, executionArn });
    return true;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    log('error', 'refresh not started, its messages come back', { ...fields, error: name, reason: message });
    return false;
  }
}
