import * as z from 'zod/mini';
import { must } from '../../shared/schema-messages.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

const projectSchema = z
  .string(must('be a project id (32 hex digits) or a project name'))
  .check(
    z.refine((text) => text.trim() !== '', 'must not be blank: give a project id (32 hex digits) or a project name'),
  );

const projectsSchema = z
  .array(projectSchema)
  .check(z.minLength(1, 'must name at least one project; "ALL" means every project'));

const cacheTypesSchema = z
  .array(z.enum(['element', 'object']))
  .check(z.minLength(1, 'must name element, object or both; leave the key out for element'));

export const inputSchema = z.strictObject({
  target: targetNameSchema,
  projects: z.union([z.literal('ALL'), projectsSchema], must('be "ALL" or a list of project ids and/or names')),
  cacheTypes: z._default(cacheTypesSchema, ['element']),
});

export type Input = z.output<typeof inputSchema>;
