import * as z from 'zod';

/** One segment of a path, and never `.` or `..`. */
export const jobIdSchema = z.string().regex(/^(?!\.{1,2}$)[^\p{Cc}]{1,200}$/u, 'must be the id of a job');

/** What travels with a job: ids only, never a credential. */
const jobReferenceSchema = z.strictObject({
  operation: z.string(),
  target: z.string(),
  /** `Folder/Name.Type`. */
  service: z.string(),
  taskUrl: z.string(),
  jobId: jobIdSchema,
  submittedAt: z.iso.datetime(),
});

export type JobReference = z.output<typeof jobReferenceSchema>;

/** A job that is being watched, between two polls: the state of the state machine's loop. */
export const watchSchema = z.strictObject({
  status: z.literal('running'),
  job: jobReferenceSchema,
  polls: z.int(),
  waitSeconds: z.int(),
  jobStatus: z.string(),
  percent: z.number().optional(),
  notes: z.array(z.string()).optional(),
});

export type Watch = z.output<typeof watchSchema>;
