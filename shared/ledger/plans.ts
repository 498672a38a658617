import * as z from 'zod/mini';
import { attribute, toItem } from './attributes.ts';
import type { EntryKey } from './entry.ts';
import type { LedgerTable } from './ledger-table.ts';
import { expression } from './transitions.ts';

/** The partition of the ledger that holds how far plans are, by their runs. */
export const PLANS = 'plan';

const rangesSchema = z._default(z.array(z.tuple([z.int(), z.int()])), []);

/** A unit that is at work, or was when its plan's execution ended. */
const runningSchema = z.looseObject({
  lane: z.int(),
  n: z.int(),
  /** The name of its run. */
  name: z.string(),
  tiles: z.int(),
  /** How often it has failed. */
  fails: z.int(),
  /** How often the site was not there when it was to be submitted, and nothing else was the matter. */
  late: z._default(z.int(), 0),
  since: z.string(),
  /** When the window closes. */
  until: z.optional(z.string()),
  /** Whether its job had a whole window. */
  hadAll: z._default(z.boolean(), false),
  /** Since when its job is being cancelled. */
  cancelling: z.optional(z.string()),
});

export type RunningUnit = z.output<typeof runningSchema>;

/** What has become of one unit that is given up. */
const failedUnitSchema = z.looseObject({
  n: z.int(),
  scales: z.array(z.number()),
  extent: z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() }),
  tiles: z.int(),
  message: z.string(),
});

/** How far a plan is. Units are numbers from 0 on; times are ISO 8601. */
export const progressSchema = z.looseObject({
  /** All units before it have been tried, or were done by an earlier run. */
  next: z._default(z.int(), 0),
  done: rangesSchema,
  tilesDone: z._default(z.int(), 0),
  /** Those that wait for their second try. */
  failedOnce: rangesSchema,
  failed: rangesSchema,
  /** The first of those that failed. */
  failedUnits: z._default(z.array(failedUnitSchema), []),
  /** Those that were broken off, or could not be submitted: they are tried after the others. */
  again: z._default(z.array(z.looseObject({ n: z.int(), fails: z.int(), late: z._default(z.int(), 0) })), []),
  /** Counts every start of a unit. */
  starts: z._default(z.int(), 0),
  running: z._default(z.array(runningSchema), []),
  /** Tiles and seconds of the units that ended last. */
  measured: z._default(z.array(z.tuple([z.number(), z.number()])), []),
  /** Since when the site takes no jobs, and until when it is left alone. */
  trouble: z.optional(z.looseObject({ since: z.string(), until: z.string(), times: z.int() })),
  /** Why no unit starts any more, though there are some left. */
  ending: z.optional(z.looseObject({ Error: z.string(), Cause: z.string() })),
  /** Whether a job that nobody could stop may be at work. */
  isKept: z._default(z.boolean(), false),
  /** US dollars, estimated. */
  cost: z._default(z.number(), 0),
  /** When units were begun first, in this run. */
  since: z.optional(z.string()),
});

export type Progress = z.output<typeof progressSchema>;

/** A plan as it is kept: what never changes of it, and how far it is. */
export interface StoredPlan {
  made: unknown;
  progress: Progress;
  version: number;
}

const storedSchema = z.looseObject({ version: z.number(), progress: z.string() });
const madeSchema = z.looseObject({ made: z.string() });

function keysOf({ operation, name }: EntryKey) {
  const own = `${operation}/${name}`;
  return { progress: { operation: PLANS, name: own }, made: { operation: PLANS, name: `${own}#made` } };
}

/** Undefined where this run has none. */
export async function readPlan(ledger: LedgerTable, run: EntryKey): Promise<StoredPlan | undefined> {
  const keys = keysOf(run);
  const [made, item] = await Promise.all([ledger.entry(keys.made), ledger.entry(keys.progress)]);
  if (made === undefined || item === undefined) return undefined;
  const { version, progress } = storedSchema.parse(item);
  return {
    made: JSON.parse(madeSchema.parse(made).made),
    progress: progressSchema.parse(JSON.parse(progress)),
    version,
  };
}

/** Keeps a new plan; where there is one already it stays. Both texts expire at the same epoch second. */
export async function createPlan(
  ledger: LedgerTable,
  run: EntryKey,
  { made, progress, expiresAt }: { made: unknown; progress: Progress; expiresAt: number },
): Promise<void> {
  const keys = keysOf(run);
  await ledger.write(
    keys.made,
    expression(
      { set: toItem({ made: JSON.stringify(made), expiresAt }) },
      { condition: 'attribute_not_exists(#made)' },
    ),
  );
  await ledger.write(
    keys.progress,
    expression(
      { set: toItem({ progress: JSON.stringify(progress), version: 1, expiresAt }) },
      { condition: 'attribute_not_exists(#version)' },
    ),
  );
}

const inputSchema = z.object({ target: z.string(), inputService: z.string(), updateMode: z.string() });

/** The input that runs the units that are left of a plan. */
export function restOf({ operation, name }: EntryKey, made: unknown): object {
  const { input } = z.object({ input: inputSchema }).parse(made);
  return { ...input, resume: `${operation}/${name}` };
}

/** Writes how far a plan is; false where somebody else has written since it was read. */
export async function writeProgress(
  ledger: LedgerTable,
  run: EntryKey,
  progress: Progress,
  version: number,
): Promise<boolean> {
  return await ledger.write(
    keysOf(run).progress,
    expression(
      { set: toItem({ progress: JSON.stringify(progress), version: version + 1 }) },
      { condition: '#version = :before', values: { ':before': attribute(version) } },
    ),
  );
}
