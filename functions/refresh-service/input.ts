import * as z from 'zod';
import { nameSchema } from '../../shared/arcgis/service-name.ts';
import { waitForJobCompletionSchema } from '../../shared/jobs/wait-for-job.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

export const inputSchema = z.strictObject({
  target: targetNameSchema,
  serviceName: nameSchema,
  serviceType: z.enum(['ImageServer', 'FeatureServer', 'MapServer', 'SceneServer']),
  serviceFolder: nameSchema.optional(),
  /** Sent as it is: the vendor does not document its format. */
  refreshOptions: z
    .string()
    .refine((text) => text.trim() !== '', 'must not be blank: leave the key out')
    .optional(),
  waitForJobCompletion: waitForJobCompletionSchema.default('WAIT'),
});

export type Input = z.output<typeof inputSchema>;
