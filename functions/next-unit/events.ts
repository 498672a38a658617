import * as z from 'zod/mini';
import { endedSchema } from './ends.ts';

const runSchema = z.looseObject({
  operation: z.string(),
  name: z.string(),
  /** What the names of its nested executions begin with. */
  id: z.string(),
  startedBy: z._default(z.string(), 'person'),
});

const common = {
  run: runSchema,
  claim: z.string(),
  submitSeconds: z.number(),
};

/** What `run-plan` tells. */
export const lookSchema = z.looseObject({
  look: z.looseObject({
    ...common,
    /** What the operation's function said of the plan, or the error that it ended by. */
    made: z.looseObject({
      Error: z.optional(z.string()),
      Cause: z.optional(z.string()),
      notes: z._default(z.array(z.string()), []),
      /** In its place, when the tiles were looked at again. */
      proof: z.optional(z.looseObject({})),
    }),
    /** What the last look said. */
    told: z.looseObject({ attempts: z._default(z.number(), 0), next: z.optional(z.string()) }),
  }),
});

/** What `run-units` tells. */
export const laneSchema = z.looseObject({
  lane: z.looseObject({
    ...common,
    number: z.int(),
    /** What the last look said: how many looks there were, and the name of the unit's run. */
    told: z.looseObject({ steps: z._default(z.number(), 0), name: z._default(z.string(), '') }),
    /** How the machine of that unit ended. */
    ended: endedSchema,
  }),
});

export type LookEvent = z.output<typeof lookSchema>['look'];
export type LaneEvent = z.output<typeof laneSchema>['lane'];
