import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { parseInput } from './json-input.ts';
import { inputOfWords } from './key-values.ts';
import { readText, UsageError } from './usage.ts';

/** Whether there is an input, in one of its two forms. @throws {UsageError} where it is in both */
export function isGiven(words: readonly string[], file: string | undefined): boolean {
  if (words.length > 0 && file !== undefined)
    throw new UsageError(`The input is in the file ${file}, or in words after the operation, not in both`);
  return words.length > 0 || file !== undefined;
}

/** The input in the words after an operation: JSON, or `key=value`. @throws {UsageError} */
export function readWords(words: readonly string[], schema: z.core.$ZodType): unknown {
  const [first = '', ...more] = words;
  if (!isJson(words)) return inputOfWords(words, schema);
  if (more.length > 0) throw new UsageError('Too many arguments: an input in JSON must be one, in quotes');
  return parseInput(first);
}

/** What a shell has made of JSON that was meant to be in quotes begins with its brace. */
function isJson([first = '', ...more]: readonly string[]): boolean {
  return first.startsWith('{') || (more.length === 0 && !first.includes('='));
}

/** The input in a JSON or YAML file; `-` is stdin. @throws {UsageError} with the line of what is wrong */
export async function readInputFile(file: string): Promise<unknown> {
  const what = file === '-' ? 'The input from stdin' : `The input file ${file}`;
  const text = file === '-' ? readFileSync(0, 'utf8') : readText(file, what);
  if (text.trim() === '') throw new UsageError(`${what} is empty`);
  // Loaded only now: few need it.
  const { parseYaml } = await import('../infra/settings/settings-yaml.ts');
  // JSON is YAML too.
  const { value, problems } = parseYaml(text);
  const [problem] = problems;
  if (problem !== undefined) throw new UsageError(`${what} cannot be read: line ${problem.line} ${problem.message}`);
  return value;
}
