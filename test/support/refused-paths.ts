import type * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

/** The paths that an operation's schema blames in an input, in the order of the message; none when the input is accepted. */
export function refusedPaths(schema: z.core.$ZodType, input: unknown): string[] {
  const message = refusal(schema, input);
  return [...message.matchAll(/(?<=done: |; )([\w.[\]]+)(?=: )/g)].map(([path]) => path);
}

/** What the caller is told, or an empty text when the input is accepted. */
export function refusal(schema: z.core.$ZodType, input: unknown): string {
  try {
    parseInput('an-operation', schema, input);
    return '';
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
}
