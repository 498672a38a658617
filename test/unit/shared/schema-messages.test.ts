import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as full from 'zod';
import * as mini from 'zod/mini';
import { must, pathText, problemsOf } from '../../../shared/schema-messages.ts';

const WORDS = ['WAIT', 'DO_NOT_WAIT'] as const;
const circle = { type: mini.literal('circle'), radius: mini.number() };
const square = { type: mini.literal('square'), side: mini.number() };

function textsOf(schema: full.core.$ZodType, value: unknown): string[] {
  const { error } = mini.safeParse(schema, value);
  return problemsOf(error?.issues ?? []).map(({ path, message }) => `${pathText(path)}: ${message}`);
}

describe('what a schema says of a value that does not fit', () => {
  const values: [what: string, schema: full.core.$ZodType, value: unknown, texts: string[]][] = [
    ['a key that is missing', mini.object({ a: mini.string() }), {}, ['a: is missing']],
    [
      'a word that is missing',
      mini.object({ a: mini.enum(WORDS) }),
      {},
      ['a: is missing: it must be one of WAIT, DO_NOT_WAIT'],
    ],
    ['a number as text', mini.string(), 7, [': must be text, not a number']],
    ['null as text', mini.string(), null, [': must be text, not null']],
    ['text as a number', mini.number(), '7', [': must be a number, not text']],
    ['a number that is none', mini.number(), Number.NaN, [': must be a finite number']],
    ['an endless number', mini.number(), Number.POSITIVE_INFINITY, [': must be a finite number']],
    ['a half', mini.int(), 1.5, [': must be a whole number']],
    ['text as a choice of two', mini.boolean(), 'yes', [': must be true or false, not text']],
    ['an object as a list', mini.array(mini.string()), {}, [': must be a list, not an object']],
    ['a list as an object', mini.object({}), [], [': must be an object, not a list']],
    ['a list as a record', mini.record(mini.string(), mini.unknown()), [], [': must be an object, not a list']],
    ['a word in another case', mini.enum(WORDS), 'Wait', [': must be one of WAIT, DO_NOT_WAIT (did you mean WAIT?)']],
    [
      'a word with spaces',
      mini.enum(WORDS),
      'do not wait',
      [': must be one of WAIT, DO_NOT_WAIT (did you mean DO_NOT_WAIT?)'],
    ],
    ['a word that is far', mini.enum(WORDS), 'LATER', [': must be one of WAIT, DO_NOT_WAIT']],
    ['no word at all', mini.enum(WORDS), 1, [': must be one of WAIT, DO_NOT_WAIT']],
    ['another number', mini.literal(1), 2, [': must be 1']],
    ['too small a number', mini.number().check(mini.minimum(1)), 0, [': must be 1 or more']],
    ['nothing of what is counted', full.number().positive(), 0, [': must be more than 0']],
    ['too large a number', mini.number().check(mini.maximum(1)), 2, [': must be 1 or less']],
    ['a number at its end', full.number().lt(5), 5, [': must be less than 5']],
    ['too short a text', mini.string().check(mini.minLength(2)), 'a', [': must have 2 or more characters']],
    ['too long a list', mini.array(mini.any()).check(mini.maxLength(1)), [1, 2], [': must have 1 or less entries']],
    ['a number between', full.number().multipleOf(5), 7, [': must be a multiple of 5']],
    ['a text of another form', full.email(), 'gis', [': does not fit']],
    [
      'a key that is not known',
      mini.strictObject({ updateMode: mini.optional(mini.any()) }),
      { update_mode: 1, x: 2 },
      [
        'update_mode: unknown key; the keys are updateMode (did you mean updateMode?)',
        'x: unknown key; the keys are updateMode',
      ],
    ],
    [
      'a key that is no word of its list',
      full.partialRecord(full.enum(WORDS), full.any()),
      { wait: 1 },
      ['wait: unknown key; the keys are WAIT, DO_NOT_WAIT (did you mean WAIT?)'],
    ],
    [
      'a key of another form',
      mini.record(mini.string().check(mini.regex(/^a/, 'must begin with a')), mini.any()),
      { b: 1 },
      ['b: unknown key: it must begin with a'],
    ],
    [
      'a kind that is not known',
      mini.discriminatedUnion('type', [mini.object(circle), mini.object(square)]),
      { type: 'circel' },
      ['type: must be one of circle, square (did you mean circle?)'],
    ],
    [
      'a kind that is missing',
      mini.discriminatedUnion('type', [mini.object(circle), mini.object(square)]),
      {},
      ['type: is missing: it must be one of circle, square'],
    ],
    ['none of several', mini.union([mini.string(), mini.number()]), true, [': does not fit']],
    [
      'none of several, and nothing',
      mini.object({ a: mini.union([mini.string(), mini.number()]) }),
      {},
      ['a: is missing'],
    ],
    [
      'a part of one of several',
      mini.union([mini.literal('ALL'), mini.array(mini.number())]),
      [1, 'x'],
      ['[1]: must be a number, not text'],
    ],
    ['what its own words refuse', mini.number(must('be a scale')), 'x', [': must be a scale']],
    [
      'what its own words miss',
      mini.object({ a: mini.number(must('be a scale')) }),
      {},
      ['a: is missing: it must be a scale'],
    ],
    ['what has no words', mini.any().check(mini.refine(() => false)), 1, [': does not fit']],
  ];
  for (const [what, schema, value, texts] of values) {
    it(`is in plain words for ${what}`, () => {
      assert.deepEqual(textsOf(schema, value), texts);
    });
  }

  it('is the same where the whole library is used, and where that sets its own texts later', () => {
    full.config(full.locales.en());

    const { error } = full.object({ a: full.string() }).safeParse({});

    assert.deepEqual(problemsOf(error?.issues ?? []), [{ path: ['a'], message: 'is missing' }]);
  });

  it('has a place for every key, and hints for the first of very many', () => {
    const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`updateMod${index}`, 1]));

    const texts = textsOf(mini.strictObject({ updateMode: mini.optional(mini.any()) }), value);

    assert.equal(texts.length, 20_000);
    assert.equal(texts[0], 'updateMod0: unknown key; the keys are updateMode (did you mean updateMode?)');
    assert.equal(texts.at(-1), 'updateMod19999: unknown key');
  });
});
