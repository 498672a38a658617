import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import '../schema-messages.ts';

/** Each may be some hundred characters long; together they must keep an error's message below 32 KB. */
const MAX_PROBLEMS = 50;

/**
 * The input as its schema has it.
 *
 * @throws InvalidInputError naming every problem at once, each with its path; never a value that was given
 */
export function parseInput<S extends z.core.$ZodObject>(operation: string, schema: S, input: unknown): z.output<S> {
  const parsed = parsedUnlessTooLarge(operation, schema, input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, [], Object.keys(schema._zod.def.shape)));
  const more = problems.length > MAX_PROBLEMS ? ` and ${problems.length - MAX_PROBLEMS} more` : '';
  throw new InvalidInputError(
    `The input of ${operation} does not fit, nothing was done: ${problems.slice(0, MAX_PROBLEMS).join('; ')}${more}.`,
  );
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

function describe(issue: z.core.$ZodIssue, parent: PropertyKey[], knownKeys: string[]): string[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? `; the keys are ${knownKeys.join(', ')}` : '';
    return issue.keys.map((key) => `${pathText([...path, key])}: unknown key${known}`);
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.find((issues) => issues.length > 0 && issues.every(({ path: at }) => at.length > 0));
    if (inner !== undefined) return inner.flatMap((each) => describe(each, path, knownKeys));
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return [`${pathText(path)}: is missing`];
  return [`${pathText(path)}: ${issue.message}`];
}

function pathText(path: PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 100)}`)).join('');
  return text === '' ? 'input' : text.replace(/^\./, '');
}
