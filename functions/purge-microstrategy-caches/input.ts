import * as z from 'zod/mini';
import { dryRunSchema } from '../../shared/lambda/dry-run.ts';
import { whereSchema } from '../../shared/microstrategy/where.ts';
import { must } from '../../shared/schema-messages.ts';
import { type OfOne, targetsSchema } from '../../shared/targets/target-list.ts';

const projectSchema = z
  .string(must('be a project id (32 hex digits) or a project name'))
  .check(
    z.refine((text) => text.trim() !== '', 'must not be blank: give a project id (32 hex digits) or a project name'),
  );

const projectsSchema = z
  .array(projectSchema)
  .check(z.minLength(1, 'must name at least one project; "ALL" means every project'));

const cacheTypesSchema = z
  .array(z.enum(['element', 'object', 'content', 'cube']))
  .check(z.minLength(1, 'must name element, object, content or cube; leave the key out for element'));

export const inputSchema = z
  .strictObject({
    target: targetsSchema,
    projects: z.union([z.literal('ALL'), projectsSchema], must('be "ALL" or a list of project ids and/or names')),
    cacheTypes: z._default(cacheTypesSchema, ['element']),
    where: z.optional(whereSchema),
    invalidate: z.optional(z.boolean()),
    dryRun: dryRunSchema,
  })
  .check(
    z.refine((input) => !('where' in input) || names(input, 'content', 'cube'), {
      path: ['where'],
      message: 'narrows content and cube caches only: name "content" or "cube" in cacheTypes, or leave it out',
      when: ({ value }) => isObject(value),
    }),
    z.refine((input) => input.invalidate !== true || names(input, 'content'), {
      path: ['invalidate'],
      message: 'is for content caches only: name "content" in cacheTypes, or leave it out',
      when: ({ value }) => isObject(value),
    }),
  );

/** For one target: a list is taken apart before. */
export type Input = OfOne<z.output<typeof inputSchema>>;

function names({ cacheTypes }: { cacheTypes?: unknown }, ...types: string[]): boolean {
  return Array.isArray(cacheTypes) && types.some((type) => cacheTypes.includes(type));
}

/** These are checked whatever else is wrong, so that every problem is named at once. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
