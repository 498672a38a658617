import * as z from 'zod/mini';
import type { EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';
import type { Source } from '../../shared/rasters/sources.ts';

/** Where a run stands, in the order of the work. */
const STAGES = [
  'begin',
  'quiet',
  'take',
  'files',
  'visible',
  'fits',
  'refresh',
  'scheme',
  'read',
  'draw',
  'tiles',
  'clear',
  'letters',
  'cover',
] as const;

/** The cache whose tiles are renewed. */
const cacheSchema = z.object({
  plane: z.object({ crs: z.string(), tileSide: z.number() }),
  scheme: z.looseObject({}),
  scales: z.array(z.number()),
  /** Esri's spatial reference. */
  reference: z.looseObject({}),
  /** In all of it, at these scales. */
  tiles: z.number(),
});

/** What the group touches. */
export const drawnSchema = z.object({
  jobs: z.number(),
  rectangles: z.array(z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() })),
  tilesTouched: z.number(),
  tilesRenewed: z.number(),
  unreadable: z.object({
    count: z.number(),
    rasters: z.array(z.object({ key: z.string(), reason: z.string() })),
  }),
});

/** What the machine keeps between two looks. */
export const memorySchema = z.looseObject({
  stage: z._default(z.enum(STAGES), 'begin'),
  /** How often something was tried, and since when it has failed for reasons that pass. */
  tries: z._default(z.number(), 0),
  troubleSince: z.optional(z.string()),
  /** The generation up to which rasters are in the group. */
  taken: z.optional(z.number()),
  /** How many rasters are in the group, and the first and last of their keys. */
  group: z.optional(z.object({ count: z.number(), first: z.string(), last: z.string() })),
  /** Since when what the source waits for is missing. */
  waitsSince: z.optional(z.string()),
  /** The last raster whose name the service was asked for. */
  visibleUntil: z.optional(z.string()),
  cache: z.optional(cacheSchema),
  drawn: z.optional(drawnSchema),
  /** The job for tiles that is next, from 0 up, and the runs of those before. */
  job: z._default(z.number(), 0),
  tileRuns: z._default(z.array(z.string()), []),
  /** The last unreadable raster that a letter tells of, and that of the letter under way. */
  toldUntil: z.optional(z.string()),
  telling: z.optional(z.string()),
  /** The runs that this one has started, by what they do. */
  runs: z._default(z.record(z.string(), z.string()), {}),
});

export type Memory = z.output<typeof memorySchema>;

/** What another execution ended by: its output, or an error as Step Functions tells it. */
export const answerSchema = z.looseObject({
  given: z.optional(z.unknown()),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
});

export type Answer = z.output<typeof answerSchema>;

export interface Failure {
  Error: string;
  Cause: string;
}

/** What the machine does next, by one word. */
export type Step =
  | { next: 'wait'; waitSeconds: number }
  | { next: 'ask'; function: number; question: object }
  | { next: 'tell'; letter: string }
  | { next: 'run'; machineArn: string; name: string; input: object }
  | { next: 'done'; result: object }
  | ({ next: 'fail' } & Failure);

/** A look at a run. */
export interface Look {
  source: Source;
  memory: Memory;
  answer: Answer | undefined;
  /** Epoch milliseconds. */
  now: number;
  /** ARN of the execution. */
  execution: string;
  run: EntryKey;
  ledger: LedgerTable;
  rasters: RasterTable;
}

/** What a look comes to: what the machine does, how the run ends, or, with neither, that it goes on with another stage. */
export interface Turn {
  memory: Memory;
  step?: Extract<Step, { next: 'wait' | 'run' | 'ask' | 'tell' }>;
  end?: { result: object } | Failure;
}

/** Goes on with another stage. */
export function on(memory: Memory, stage: Memory['stage'], more: Partial<Memory> = {}): Turn {
  return { memory: { ...memory, tries: 0, troubleSince: undefined, ...more, stage } };
}
