import * as z from 'zod';
import { problemsOf } from '../../shared/schema-messages.ts';
import { operations } from '../operations.ts';
import { isTimeZone } from './aws-names.ts';
import { eventPatternProblem } from './event-pattern.ts';
import { scheduleExpressionProblem } from './schedule-expression.ts';

/** One schedule of the settings. */
export const scheduleSchema = z
  .strictObject({
    name: z.string().regex(/^[0-9a-zA-Z_.-]{1,64}$/, 'must be 1-64 letters, digits, -, _ or .'),
    operation: z.enum(operations.map(({ name }) => name)),
    expression: z.string().superRefine((expression, context) => {
      const problem = scheduleExpressionProblem(expression);
      if (problem !== undefined) context.addIssue(problem);
    }),
    timezone: z.string().refine(isTimeZone, 'must be an IANA time zone, for example Europe/Paris').default('UTC'),
    enabled: z.boolean().default(true),
    // Checked below and handed on as it was written, without the defaults that the operation fills in.
    input: z.record(z.string(), z.unknown()),
  })
  .superRefine(checkInput, { when: ({ value }) => isObject(value) });

/** One event of another system that starts an operation. */
export const eventSchema = z
  .strictObject({
    // With the id of the event it is the name of an execution, of 80 characters at most.
    name: z.string().regex(/^[0-9a-zA-Z_-]{1,36}$/, 'must be 1-36 letters, digits, - or _'),
    pattern: z.record(z.string(), z.unknown()).superRefine((pattern, context) => {
      const message = eventPatternProblem(pattern);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
    operation: z.enum(operations.map(({ name }) => name)),
    enabled: z.boolean().default(true),
    input: z.record(z.string(), z.unknown()),
  })
  .superRefine(checkInput, { when: ({ value }) => isObject(value) });

/** The schedule's input against the schema of its own operation, as deep as that goes. */
function checkInput(schedule: { operation: string; input: unknown }, context: z.core.$RefinementCtx): void {
  const operation = operations.find(({ name }) => name === schedule.operation);
  if (operation && isObject(schedule.input)) addIssues(context, ['input'], operation.inputSchema, schedule.input);
}

export function addIssues(
  context: z.core.$RefinementCtx,
  at: readonly PropertyKey[],
  schema: z.core.$ZodType,
  input: unknown,
): void {
  for (const { path, message } of problemsOf(z.safeParse(schema, input).error?.issues ?? [])) {
    context.addIssue({ code: 'custom', path: [...at, ...path], message });
  }
}

export function checkUniqueNames(
  schedules: readonly { name?: string | undefined }[],
  context: z.core.$RefinementCtx,
): void {
  schedules.forEach((schedule, index) => {
    const first = schedules.findIndex((other) => other?.name === schedule?.name);
    if (first < index && schedule?.name !== undefined) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${schedule.name}" is used twice` });
    }
  });
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
