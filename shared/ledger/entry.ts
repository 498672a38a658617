import * as z from 'zod/mini';

/** What becomes of a run, step by step. The words are part of the public interface. */
export const RUN_STATUSES = [
  'waiting',
  'submitting',
  'running',
  'paused',
  'succeeded',
  'partly',
  'failed',
  'cancelled',
  'stopped',
  'submitted',
  'uncertain',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** The partition that holds the claims on services; every other partition is an operation with its runs. */
export const CLAIMS = 'claim';
/** The runs that wait for a service, the oldest first. */
export const WAITING_INDEX = 'waiting';
/** The runs of one operation in the order of their starts. */
export const STARTED_INDEX = 'started';
/** The runs that have not ended, and those whose end was not told, the oldest first. */
export const OPEN_INDEX = 'open';
/** What `open` holds in the entry of a run that has not ended. */
export const OPEN = 'yes';
/** The same of a run whose end was not told yet: the index has these two partitions. */
export const UNTOLD = 'untold';

const text = z.optional(z.string());
const number = z.optional(z.number());

/**
 * The entry of one run. Times are ISO 8601 in UTC. Entries of earlier versions lack what is newer, and later versions may
 * add to it, so everything but the key is optional and what is not known is kept.
 */
export const entrySchema = z.looseObject({
  operation: z.string(),
  /** The name of the execution. */
  name: z.string(),
  executionArn: text,
  startedAt: text,
  /** `schedule <name>`, `S3`, `event <name>` or `person`. */
  startedBy: text,
  /** The run's place in every queue: its start, then its name. */
  ticket: text,
  status: z.catch(z.optional(z.enum(RUN_STATUSES)), undefined),
  /** `<operation>/<name>` of the run that this one is a part of. */
  parent: text,
  /** Of a run of several targets their names, with commas between. */
  target: text,
  /** `Folder/Name.Type`. */
  service: text,
  /** JSON. */
  input: text,
  /** JSON: how a job whose id was lost is found on the server. */
  sought: text,
  /** How long the call that does the work may go on after its execution has ended. */
  submitSeconds: number,
  /** The claim that the run waits for, while it does. */
  waitingFor: text,
  /** When a waiting run, or what cleans up after a stopped one, was at work last. */
  seenAt: text,
  attachedTo: text,
  /** JSON: how many rasters it is for, the first and last of their keys, and those that could not be read. */
  rasters: text,
  /** Since when a pause of its target has kept it waiting, until when, and why. */
  pausedAt: text,
  pausedUntil: text,
  pausedFor: text,
  open: text,
  submittingAt: text,
  submittedAt: text,
  finishedAt: text,
  /** When it was certain that no job of a run that was cleaned up after can be at work. */
  settledAt: text,
  /** JSON: the figures of a plan of tiles. */
  plan: text,
  /** Grows with every change of the plan. */
  planVersion: number,
  /** How many tiles a single job, or a unit of a plan, is for. */
  tiles: number,
  /** When its end was told as an event, and when people were told of it. */
  toldAt: text,
  noticedAt: text,
  /** JSON: the scales and the extent that its tile job renews. */
  renewed: text,
  /** JSON: the edge that keeps old tiles since its invalidation failed, and the error. */
  edgeFailure: text,
  jobId: text,
  /** The job's task below the site, for example `rest/services/System/CachingTools/GPServer/DeleteCache`. */
  taskPath: text,
  /** The same as an address; 0.1.0 wrote it. */
  taskUrl: text,
  jobStatus: text,
  /** 0-100. */
  percent: number,
  expectedEnd: text,
  polls: number,
  /** US dollars, estimated, for AWS alone. */
  watchingCost: number,
  /** JSON. */
  result: text,
  error: text,
  cause: text,
  /** Epoch seconds: when DynamoDB removes the entry. Never before the run has ended. */
  expiresAt: number,
});

export type Entry = z.output<typeof entrySchema>;

/** Who holds a service, or held it last. */
export const claimSchema = z.looseObject({
  holder: text,
  holderOperation: text,
  /** What the holder asks for: equal requests for one service share a run. */
  requestHash: text,
  /** Grows with every claim. */
  fence: number,
  claimedAt: text,
  leaseUntil: text,
  releasedAt: text,
});

export type Claim = z.output<typeof claimSchema>;

/** The key of an entry, also of a claim. */
export interface EntryKey {
  operation: string;
  name: string;
}

/** Whether a run has not ended. Its end takes `open` to `untold`, and then away; that of 0.1.0 leaves it as it was. */
export function isOpen({ open, finishedAt }: Pick<Entry, 'open' | 'finishedAt'>): boolean {
  return open === OPEN && finishedAt === undefined;
}

/** What a run claims: a service, or a whole target where one account can do one thing at a time. */
export function claimOf({ target = '', service }: Pick<Entry, 'target' | 'service'>): string {
  return service === undefined ? target : `${target}/${service}`;
}

/** Where the runs of a target that claim nothing wait while it is paused. No service has that name. */
export function queueOf(target: string): string {
  return `${target}/-`;
}

/** In the place of a target where a run has several: its runs of single targets wait for their own. No target has that name. */
export const SEVERAL_TARGETS = '*';

/** The target of a claim or of such a queue. */
export function targetOf(claim: string): string {
  return claim.split('/')[0] ?? '';
}
