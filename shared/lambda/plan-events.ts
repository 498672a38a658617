import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { samplesSchema } from '../jobs/proof.ts';

/** What the machine of a plan asks of the operation: first what the plan is made from, its input given. */
export const planSchema = z.looseObject({ makePlan: z.unknown() });

/** At last what became of some tiles, which were looked at when the plan was made. */
export const proveSchema = z.looseObject({ prove: z.looseObject({ target: z.string(), samples: samplesSchema }) });

/** Tiles of a target as they were before. */
export type Looked = z.output<typeof proveSchema>['prove'];

/** What an operation does for plans. */
export function ofPlans<T>(operation: string, part: T | undefined): T {
  if (part === undefined) throw new InvalidInputError(`${operation} has no plans, nothing was done.`);
  return part;
}
