import * as z from 'zod/mini';
import { nameSchema } from '../../shared/arcgis/service-name.ts';
import { waitForJobCompletionSchema } from '../../shared/jobs/wait-for-job.ts';
import { dryRunSchema } from '../../shared/lambda/dry-run.ts';
import { type OfOne, targetsSchema } from '../../shared/targets/target-list.ts';

export const inputSchema = z.strictObject({
  target: targetsSchema,
  serviceName: nameSchema,
  serviceType: z.enum(['ImageServer', 'FeatureServer', 'MapServer', 'SceneServer']),
  serviceFolder: z.optional(nameSchema),
  /** Sent as it is: the vendor does not document its format. */
  refreshOptions: z.optional(
    z.string().check(
      z.refine((text) => text.trim() !== '', 'must not be blank: leave the key out'),
      z.maxLength(1000, 'must not be longer than 1,000 characters'),
    ),
  ),
  waitForJobCompletion: z._default(waitForJobCompletionSchema, 'WAIT'),
  dryRun: dryRunSchema,
});

/** For one target: a list is taken apart before. */
export type Input = OfOne<z.output<typeof inputSchema>>;
