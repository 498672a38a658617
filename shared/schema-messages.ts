import * as z from 'zod/mini';
import { nearest } from './near-words.ts';

/** What is wrong at one place of a value. */
export interface Problem {
  path: PropertyKey[];
  /** Goes on where the path ends: `must be text`. Never holds a value that was given. */
  message: string;
}

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** So many keys that are not known get a hint each: a value may have a hundred thousand. */
const MAX_HINTS = 50;

// Zod's own texts are written for programmers ("expected string, received undefined"). This place stands before them,
// whichever of `zod` and `zod/mini` is loaded, and in whatever order. What shows messages of schemas imports this file.
z.config({ customError: issueText });

/** What zod found, one problem for each key that is not known and for each part of a union that comes near. */
export function problemsOf(issues: readonly Issue[], parent: readonly PropertyKey[] = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? UNKNOWN_KEY }));
    }
    if (issue.code === 'invalid_union') {
      const inner = issue.errors.find((issues) => issues.length > 0 && issues.every(({ path: at }) => at.length > 0));
      if (inner !== undefined) return problemsOf(inner, path);
    }
    return [{ path, message: issue.message }];
  });
}

/** A place in a value as people write it: `schedules[1].name`. Empty for the value itself. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 100)}`))
    .join('')
    .replace(/^\./, '');
}

/** What a schema says in the place of the texts below: that the value must `be …`, and where it is missing. */
export function must(text: string): { error: (issue: RawIssue) => string } {
  return { error: ({ input }) => mustText(text, input) };
}

function mustText(text: string, input: unknown): string {
  return input === undefined ? `is missing: it must ${text}` : `must ${text}`;
}

function issueText(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue);
    case 'invalid_value':
      return mustText(`be ${oneOf(issue.values, issue.input)}`, issue.input);
    case 'too_small':
      return `must ${boundText(issue, issue.minimum, issue.inclusive ? ['', ' or more'] : ['more than ', ''])}`;
    case 'too_big':
      return `must ${boundText(issue, issue.maximum, issue.inclusive ? ['', ' or less'] : ['less than ', ''])}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return unknownKeysText(issue);
    case 'invalid_key':
      return `${UNKNOWN_KEY}: it ${issue.issues[0]?.message ?? 'does not fit'}`;
    case 'invalid_union': {
      const { options, discriminator, input } = issue;
      if (!Array.isArray(options)) return input === undefined ? 'is missing' : 'does not fit';
      const given = Object(input)[String(discriminator)];
      return mustText(`be ${oneOf(options, given)}`, given);
    }
    default:
      return 'does not fit';
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

function typeText({ expected, input }: RawIssue & { expected: string }): string {
  if (input === undefined) return 'is missing';
  const wanted = `must be ${KINDS[expected] ?? 'something else'}`;
  if (typeof input === 'number' && wanted.endsWith('number'))
    return Number.isFinite(input) ? wanted : 'must be a finite number';
  return `${wanted}, not ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  return (Array.isArray(input) ? KINDS['array'] : KINDS[typeof input]) ?? typeof input;
}

function oneOf(words: readonly unknown[], given: unknown): string {
  const texts = words.map(String);
  const list = texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
  return typeof given === 'string' ? list + didYouMean(given, texts) : list;
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

const UNITS: Record<string, string> = { string: 'characters', array: 'entries', set: 'entries', map: 'entries' };

function boundText({ origin }: { origin: string }, bound: unknown, [before, after]: string[]): string {
  const unit = UNITS[origin];
  return `${unit === undefined ? 'be' : 'have'} ${before}${bound}${after}${unit === undefined ? '' : ` ${unit}`}`;
}

const UNKNOWN_KEY = 'unknown key';

/** One line for each key, in their order. */
function unknownKeysText({ keys, inst }: RawIssue & { keys: string[] }): string {
  const known = knownKeys(inst);
  return keys
    .map((key, index) => {
      if (index >= MAX_HINTS || known.length === 0) return UNKNOWN_KEY;
      return `${UNKNOWN_KEY}; the keys are ${known.join(', ')}${didYouMean(key, known)}`;
    })
    .join('\n');
}

/** The keys of an object, or of a record whose keys are words of a list. */
function knownKeys(schema: RawIssue['inst']): string[] {
  const { shape, keyType } = Object(schema?._zod.def);
  return shape === undefined ? [...(keyType?._zod.values ?? [])].map(String) : Object.keys(shape);
}
