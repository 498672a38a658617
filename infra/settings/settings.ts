import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { pathText, problemsOf } from '../../shared/schema-messages.ts';
import { operations } from '../operations.ts';
import { awsText, KEY_ARN } from './aws-names.ts';
import { clientsSchema } from './clients.ts';
import { checkUniqueEdges, edgeSchema } from './edges.ts';
import { notificationsSchema } from './notifications.ts';
import { logDaysSchema, policyArnSchema, tagsSchema } from './of-everything.ts';
import { LONGEST_BUCKET_NAME, rasterSchema } from './rasters.ts';
import { rastersVariable } from './rasters-variable.ts';
import { type Problem, parseYaml } from './settings-yaml.ts';
import { checkUniqueNames, eventSchema, isObject, scheduleSchema } from './starts.ts';
import { checkSitesSize, checkWindowNames, sitesSchema, windowsSchema } from './windows.ts';

const MAX_DURATION_DAYS = 14;
const MAX_WAITING = 10;
const KEEP_DAYS = 400;

const jobSchema = z.strictObject({
  maxDuration: z.number().positive().max(300, 'must be days, 300 at most').default(MAX_DURATION_DAYS),
  maxWaiting: z.int().nonnegative().max(100).default(MAX_WAITING),
});

/** How long a job may run and how many runs may wait for one service, by job operation. */
const jobsSchema = z.partialRecord(
  z.enum(operations.filter(({ kind }) => kind === 'job').map(({ name }) => name)),
  jobSchema,
);

/** What cleans up after a stopped run needs its entry, for eleven days at most. */
const MIN_KEEP_DAYS = 30;

const ledgerSchema = z.strictObject({ keepDays: z.int().min(MIN_KEEP_DAYS).max(3650).default(KEEP_DAYS) });

/** Ids as EC2 gives them, of 8 digits in former times. */
function ec2Id(prefix: string) {
  const pattern = new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`);
  return awsText(pattern, `must be an id such as ${prefix}-0123456789abcdef0`);
}

function ec2Ids(prefix: string, most: number) {
  return z
    .array(ec2Id(prefix))
    .min(1, 'must name at least one')
    .max(most, `must be ${most} at most: Lambda takes no more`)
    .superRefine(checkUnique, { when: ({ value }) => Array.isArray(value) });
}

const networkSchema = z.strictObject({
  vpcId: ec2Id('vpc'),
  subnetIds: ec2Ids('subnet', 16),
  securityGroupIds: ec2Ids('sg', 5),
  endpoints: z.boolean().default(true),
});

const encryptionSchema = z.strictObject({
  keyArn: awsText(KEY_ARN.pattern, KEY_ARN.message),
});

/** A key with nothing behind it is as good as none: so the examples of the shipped file can be taken line by line. */
function orNothing<S extends z.ZodType>(schema: S, nothing: z.output<S>) {
  return schema.nullish().transform((value) => value ?? nothing);
}

/** The settings of a deployment, as docs/reference/settings.md describes them. */
export const settingsSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,20}$/, 'must be 1-20 of a-z, 0-9 and -: it stands in the names of what is deployed')
      .optional(),
    // At most 448 characters: with the longest target name the secret's name keeps to its 512.
    secretPrefix: z
      .string()
      .regex(/^[A-Za-z0-9/_+=.@-]{1,448}$/, 'must be 1-448 letters, digits and /_+=.@-: the start of secret names')
      .default('cache-ops/'),
    schedules: orNothing(
      z.array(scheduleSchema).superRefine(checkUniqueNames, { when: ({ value }) => Array.isArray(value) }),
      [],
    ),
    rasters: orNothing(
      z.array(rasterSchema).superRefine(checkUniqueNames, { when: ({ value }) => Array.isArray(value) }),
      [],
    ),
    events: orNothing(
      z.array(eventSchema).superRefine(checkUniqueNames, { when: ({ value }) => Array.isArray(value) }),
      [],
    ),
    edges: orNothing(
      z.array(edgeSchema).superRefine(checkUniqueEdges, { when: ({ value }) => Array.isArray(value) }),
      [],
    ),
    clients: orNothing(clientsSchema, { websocket: false }),
    jobs: orNothing(jobsSchema, {}),
    windows: orNothing(windowsSchema, {}),
    sites: orNothing(sitesSchema, {}),
    ledger: orNothing(ledgerSchema, { keepDays: KEEP_DAYS }),
    logDays: logDaysSchema,
    tags: orNothing(tagsSchema, {}),
    permissionsBoundary: policyArnSchema.optional(),
    network: networkSchema.optional(),
    encryption: encryptionSchema.optional(),
    notifications: notificationsSchema.optional(),
  })
  .superRefine(checkWindowNames, { when: ({ value }) => isObject(value) })
  .superRefine(checkSitesSize)
  .superRefine(checkRastersSize);

/** The settings with their defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;

/** The settings as they are written. In the package its type is made of the JSON Schema, with the keys of every input. */
export type CacheOpsProps = z.input<typeof settingsSchema>;

/** What holds for the jobs of one operation. */
export function jobSettings({ jobs }: Settings, operation: string): z.output<typeof jobSchema> {
  return jobs[operation] ?? jobSchema.parse({});
}

/** The settings file cannot be used: the message lists every problem with its line. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const MAX_PROBLEMS = 50;
const MAX_SHOWN_CHARACTERS = 250;

/**
 * Reads and checks a settings file.
 *
 * @throws SettingsError listing every problem with file, line and path.
 */
export function readSettings(file: string): Settings {
  const yaml = parseYaml(readText(file));
  if (yaml.problems.length > 0) throw unusable(yaml.problems, file);
  const parsed = settingsSchema.safeParse(yaml.value);
  if (parsed.success) return parsed.data;
  throw unusable(yaml.locate(parsed.error.issues), file);
}

/**
 * Checks settings that are no file, such as the props of a construct; settings that were checked pass.
 *
 * @throws SettingsError listing every problem with its path.
 */
export function checkSettings(value: unknown): Settings {
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error.issues);
  throw unusable(problems.map(({ path, message }) => ({ path: pathText(path), message })));
}

function unusable(problems: readonly (Omit<Problem, 'line'> & { line?: number })[], file?: string): SettingsError {
  const lines = problems.slice(0, MAX_PROBLEMS).map(({ line, path, message }) => {
    const place = file === undefined ? '' : `${file}:${line} `;
    return `  ${place}${path ? `${shown(path)}: ` : ''}${shown(message)}`;
  });
  if (problems.length > MAX_PROBLEMS) lines.push(`  and ${problems.length - MAX_PROBLEMS} more`);
  return new SettingsError(`The settings cannot be used:\n${lines.join('\n')}`);
}

function shown(text: string): string {
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`The settings file ${file} cannot be read: ${reason}`, { cause });
  }
}

function checkUnique(ids: readonly string[], context: z.core.$RefinementCtx): void {
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index) context.addIssue({ code: 'custom', path: [index], message: `"${id}" is named twice` });
  });
}

/** Lambda refuses more than 4 KB of environment, measured as JSON. */
function checkRastersSize(
  settings: { secretPrefix: string; rasters: Settings['rasters'] },
  context: z.core.$RefinementCtx,
) {
  const LIMIT_BYTES = 4096;
  const RESERVED_BYTES = 200; // the other variables' names and the state machine's ARN
  const variable = JSON.stringify(rastersVariable(settings.rasters, LONGEST_BUCKET_NAME));
  const bytes = RESERVED_BYTES + settings.secretPrefix.length + Buffer.byteLength(JSON.stringify(variable));
  if (bytes > LIMIT_BYTES) {
    const message = `need ${bytes} bytes as environment of start-refresh, Lambda allows ${LIMIT_BYTES}: fewer sources, or shorter prefixes`;
    context.addIssue({ code: 'custom', path: ['rasters'], message });
  }
}
