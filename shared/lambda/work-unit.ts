import * as z from 'zod/mini';
import { planSourceSchema } from '../arcgis/plan-source.ts';

/** One unit of a plan, as its machine tells the operation's function. */
export const workUnitSchema = z.looseObject({
  n: z.int(),
  /** What the plan is made from. */
  source: planSourceSchema,
  /** When its job is cancelled, though it may not have ended. */
  until: z.optional(z.iso.datetime()),
});

export type WorkUnit = z.output<typeof workUnitSchema>;
