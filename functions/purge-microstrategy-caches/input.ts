import * as z from 'zod';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

const projectSchema = z
  .string('must be a project id (32 hex digits) or a project name')
  .refine((text) => text.trim() !== '', 'must not be blank: give a project id (32 hex digits) or a project name');

export const inputSchema = z.strictObject({
  target: targetNameSchema,
  projects: z.union(
    [z.literal('ALL'), z.array(projectSchema).min(1, 'must name at least one project; "ALL" means every project')],
    { error: 'must be "ALL" or an array of project ids and/or names' },
  ),
  cacheTypes: z
    .array(z.enum(['element', 'object']))
    .min(1, 'must name element, object or both; leave the key out for element')
    .default(['element']),
});

export type Input = z.output<typeof inputSchema>;
