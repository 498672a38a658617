import * as z from 'zod/mini';
import { samplesSchema } from './proof.ts';

/** One segment of a path, and never `.` or `..`. */
export const jobIdSchema = z
  .string()
  .check(z.regex(/^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]{1,200}$/u, 'must be the id of a job'));

/** A task, or the admin resource of a hosted service, below its site, encoded as in addresses. */
const taskPathSchema = z
  .string()
  .check(
    z.regex(
      /^rest\/(?:services(?:\/\w+)+\/GPServer\/\w(?:\w|%20)*|admin\/services(?:\/(?!\.)[\w.~!*'()%-]+){1,2}\/[A-Za-z]+Server)$/,
      'must be the path of a task',
    ),
  );

/**
 * Where a job is on its site. The site's address is not kept: it may change while the job runs. What was written before
 * there was a `taskPath` has the task's whole address instead, of which the part below the site is taken.
 */
function withTaskPath(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('taskUrl' in value) || 'taskPath' in value) return value;
  return { ...value, taskPath: String(value.taskUrl).replace(/^.*?\/(?=rest\/services\/)/, '') };
}

/** The way to a job that runs: ids and paths only, never a credential or an address. */
export const runningJobSchema = z.pipe(
  z.transform(withTaskPath),
  z.looseObject({ target: z.string(), taskPath: taskPathSchema, jobId: jobIdSchema }),
);

/** What travels with a job. */
const jobReferenceSchema = z.pipe(
  z.transform(withTaskPath),
  z.looseObject({
    operation: z.string(),
    target: z.string(),
    /** `Folder/Name.Type`. */
    service: z.string(),
    taskPath: taskPathSchema,
    jobId: jobIdSchema,
    submittedAt: z.iso.datetime(),
  }),
);

export type JobReference = z.output<typeof jobReferenceSchema>;

/** How a job that was submitted can be found again on the server: the task and the inputs that tell it from others. */
export const soughtJobSchema = z.looseObject({
  taskPath: taskPathSchema,
  inputs: z.record(z.string().check(z.regex(/^\w+$/, 'must be the name of a parameter')), z.string()),
});

export type SoughtJob = z.output<typeof soughtJobSchema> & {
  /** Epoch milliseconds. A function that broke off has submitted it since then: to be found, not to be submitted again. */
  lostSince?: number;
};

/**
 * What the last polls met, all in a row, in place of the job's state: answers that make no sense, a job that the server
 * does not know, or for which alone it fails, or refused credentials. A server that is only down is no trouble.
 */
const troubleSchema = z.looseObject({
  kind: z.enum(['odd', 'unknown', 'failing', 'refused']),
  since: z.iso.datetime(),
  polls: z.int(),
  /** Of the secret whose credentials were refused: they are not tried again. */
  secretVersion: z.optional(z.string()),
});

export type Trouble = z.output<typeof troubleSchema>;

/** What is asked for the progress of a tile job: the service as the caching tools name it, and the scales that count. */
const cacheReportSchema = z.looseObject({ serviceUrl: z.string(), scales: z.array(z.number()) });

export type CacheReport = z.output<typeof cacheReportSchema>;

/**
 * A job that is being watched, between two polls: the state of the state machine's loop. Another version may have written
 * it: keys that are not known are handed on.
 */
export const watchSchema = z.looseObject({
  /** `progressed`: running, and the entry is to be told; `handover`: running, and this window of polls is full. */
  status: z.enum(['running', 'progressed', 'handover', 'overdue']),
  /** Whose entry is told of the progress; a machine of 0.1.0 tells none. */
  run: z.optional(z.looseObject({ operation: z.string(), name: z.string() })),
  job: jobReferenceSchema,
  /** When the watching is given up and the job cancelled. */
  deadline: z.iso.datetime(),
  /** Epoch seconds: when the entry may be removed, should nobody say more of the job. */
  expiresAt: z.optional(z.number()),
  polls: z.int(),
  waitSeconds: z.int(),
  /** Until when the claim on the service holds without being renewed: past the end of the next window. */
  leaseUntil: z.iso.datetime(),
  /** US dollars, estimated, for AWS alone. */
  watchingCost: z.number(),
  jobStatus: z.string(),
  percent: z.optional(z.number()),
  /** Left out where nothing true could be said of the job's progress by it. */
  cacheReport: z.optional(cacheReportSchema),
  /** Of a tile job: the scales and the extent that map clients draw again when it has succeeded. */
  renews: z.optional(z.looseObject({})),
  /** Of a tile job: how many tiles it is for, where they could be counted. */
  tiles: z.optional(z.number()),
  expectedEnd: z.optional(z.string()),
  /** What the entry was told last. */
  told: z.optional(z.looseObject({ percent: z.number(), expectedEnd: z.string() })),
  trouble: z.optional(troubleSchema),
  /** Of the job's failed tasks; the vendor of the job knows what it means. */
  rerun: z.optional(z.object({ seen: z.string(), sentAt: z.optional(z.iso.datetime()) })),
  /** Whether the job has more messages than an answer may hold, so that they are not asked for. */
  withoutMessages: z.optional(z.boolean()),
  /** Tiles that are looked at again when the job has ended. */
  samples: z.optional(samplesSchema),
  notes: z.optional(z.array(z.string())),
});

export type Watch = z.output<typeof watchSchema>;
