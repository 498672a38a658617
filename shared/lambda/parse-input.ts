import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { pathText, problemsOf } from '../schema-messages.ts';

/** Each may be some hundred characters long; together they must keep an error's message below 32 KB. */
const MAX_PROBLEMS = 50;

/**
 * The input as its schema has it.
 *
 * @throws InvalidInputError naming every problem at once, each with its path; never a value that was given
 */
export function parseInput<S extends z.core.$ZodType>(operation: string, schema: S, input: unknown): z.output<S> {
  const parsed = parsedUnlessTooLarge(operation, schema, input);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error.issues);
  const texts = problems.slice(0, MAX_PROBLEMS).map(({ path, message }) => `${pathText(path) || 'input'}: ${message}`);
  const more = problems.length > MAX_PROBLEMS ? ` and ${problems.length - MAX_PROBLEMS} more` : '';
  throw new InvalidInputError(`The input of ${operation} does not fit, nothing was done: ${texts.join('; ')}${more}.`);
}

/** The library gives its problems on as arguments of a call: a hundred thousand are more than the stack holds. */
function parsedUnlessTooLarge<S extends z.core.$ZodType>(operation: string, schema: S, input: unknown) {
  try {
    return z.safeParse(schema, input);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InvalidInputError(
      `The input of ${operation} does not fit, nothing was done: it has far too many values that do not fit.`,
      { cause },
    );
  }
}
