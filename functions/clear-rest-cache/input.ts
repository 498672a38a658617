import * as z from 'zod/mini';
import { nameSchema } from '../../shared/arcgis/service-name.ts';
import { dryRunSchema } from '../../shared/lambda/dry-run.ts';
import { type OfOne, targetsSchema } from '../../shared/targets/target-list.ts';

const typeSchema = z
  .string()
  .check(z.regex(/^[A-Za-z]{1,60}Server$/, 'must be a service type such as MapServer or ImageServer'));

export const inputSchema = z
  .strictObject({
    target: targetsSchema,
    folderName: z.optional(nameSchema),
    serviceName: z.optional(nameSchema),
    type: z.optional(typeSchema),
    dryRun: dryRunSchema,
  })
  .check(
    z.refine((input) => 'serviceName' in input || !('type' in input), {
      path: ['serviceName'],
      message: 'is missing: type and serviceName go together',
      when: ({ value }) => isObject(value),
    }),
    z.refine((input) => 'type' in input || !('serviceName' in input), {
      path: ['type'],
      message: 'is missing: serviceName and type go together, for example "type": "MapServer"',
      when: ({ value }) => isObject(value),
    }),
  );

/** For one target: a list is taken apart before. */
export type Input = OfOne<z.output<typeof inputSchema>>;

/** The two keys are compared whatever else is wrong, so that every problem is named at once. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
