import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { operations } from '../../../../infra/operations.ts';
import { parseInput } from '../../../../shared/lambda/parse-input.ts';
import { refusal } from '../../../support/refused-paths.ts';

const schema = z.strictObject({
  target: z.string(),
  area: z.strictObject({ rings: z.array(z.array(z.number())) }).optional(),
  scales: z.union([z.literal('ALL'), z.array(z.number()).min(1)], 'must be "ALL" or scales').default('ALL'),
});

describe('reading an input', () => {
  it('gives what the schema makes of it', () => {
    const input = parseInput('an-operation', schema, { target: 'a' });

    assert.deepEqual(input, { target: 'a', scales: 'ALL' });
  });

  it('names the operation and says that nothing was done', () => {
    const message = refusal(schema, {});

    assert.match(message, /^The input of an-operation does not fit, nothing was done: target: is missing\.$/);
  });

  const places: [input: object, place: RegExp][] = [
    [{ area: { rings: [[0, 1], [0]] }, target: 7 }, /target: /],
    [
      {
        target: 'a',
        area: {
          rings: [
            [0, 1],
            [0, 'x'],
          ],
        },
      },
      /area\.rings\[1\]\[1\]: /,
    ],
    [{ target: 'a', scales: [1, 'x'] }, /scales\[1\]: /],
    [{ target: 'a', scales: [] }, /scales: /],
    [{ target: 'a', scales: 'SOME' }, /scales: must be "ALL" or scales/],
    [{ target: 'a', area: { rings: [], ring: 1 } }, /area\.ring: unknown key/],
    [{ target: 'a', tarjet: 'b' }, /tarjet: unknown key; the keys are target, area, scales/],
    [JSON.parse('{"target":"a","__proto__":1}'), /__proto__: unknown key/],
  ];
  for (const [input, place] of places) {
    it(`tells the place of what is wrong in ${JSON.stringify(input)}`, () => {
      const message = refusal(schema, input);

      assert.match(message, place);
    });
  }

  for (const { name, inputSchema } of operations) {
    it(`says of every key that ${name} needs that it is missing`, () => {
      const message = refusal(inputSchema, {});

      const problems = message.replace(/^.*nothing was done: (.*)\.$/, '$1').split('; ');
      assert.ok(problems.length > 0);
      for (const problem of problems) assert.match(problem, /^\w+: is missing(: it must be .+)?$/);
    });
  }

  it('cuts the name of an unknown key that is endless', () => {
    const message = refusal(schema, { target: 'a', ['x'.repeat(10_000)]: 1 });

    assert.ok(message.length < 500);
  });
});
