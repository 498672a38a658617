import * as z from 'zod/mini';

/** One tile as it was before a job: level, row, column, and what tells its content from another; empty where it was not there. */
const sampleSchema = z.tuple([z.number(), z.number(), z.number(), z.string()]);

/** What is compared when a tile job has ended. */
export const samplesSchema = z.looseObject({
  /** Below the site: what its tiles stand under. */
  path: z.string(),
  /** What follows the number of the column. */
  suffix: z._default(z.string(), ''),
  /** Whether the job was to make tiles: one that is missing afterwards is named. */
  makes: z.boolean(),
  tiles: z.array(sampleSchema),
});

export type Samples = z.output<typeof samplesSchema>;

/** Of the tiles that were looked at. `same` may be data that did not change. */
export interface Proof {
  asked: number;
  missing: number;
  changed: number;
  same: number;
}
