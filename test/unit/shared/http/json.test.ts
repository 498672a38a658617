import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { keepLast, parseJson } from '../../../../shared/http/json.ts';
import { listOf, recordOf } from '../../../../shared/http/list-of.ts';
import '../../../../shared/schema-messages.ts';

const RUNS = 300;
const COUNT = 3;
const PLACE = 'POST gis.example.org/x';

/** What is left of a text, and the items that were told. */
function keptOf(text: string): { kept: string; items: string[] } {
  const items: string[] = [];
  const kept = keepLast(text, { key: 'messages', count: COUNT, onItem: (item) => items.push(item) });
  return { kept, items };
}

describe('the last items of a list in JSON', () => {
  it('are left, whatever they and their neighbours are, and every item is told', () => {
    const fields = fc.dictionary(fc.string(), fc.jsonValue());
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fields, fc.array(fc.jsonValue()), fields, spaces, (before, messages, behind, space) => {
        const { messages: _its, ...others } = before;
        const given = Object.fromEntries([
          ...Object.entries(others),
          ['messages', messages],
          ...Object.entries(behind),
        ]);

        const { kept, items } = keptOf(JSON.stringify(given, undefined, space));

        const list: unknown = given['messages'];
        const expected = Array.isArray(list) ? { ...given, messages: list.slice(-COUNT) } : given;
        assert.deepEqual(JSON.parse(kept), JSON.parse(JSON.stringify(expected)));
        assert.deepEqual(
          items.map((item) => JSON.parse(item)),
          Array.isArray(list) ? JSON.parse(JSON.stringify(list)) : [],
        );
      }),
      { numRuns: RUNS },
    );
  });

  const untouched: [what: string, text: string][] = [
    ['a list of another name', '{"others":[1,2,3,4,5]}'],
    ['a list that is deeper', '{"x":{"messages":[1,2,3,4,5]}}'],
    ['a list that is an item', '["messages",[1,2,3,4,5]]'],
    ['a word in a text', '{"x":"\\"messages\\":[1,2,3,4,5]"}'],
    ['something else under the name', '{"messages":{"a":[1,2,3,4,5]},"x":[1,2,3,4,5]}'],
    ['a list that breaks off', '{"messages":[1,2,3,4,5'],
    ['no JSON', '<html>"messages"</html>'],
  ];
  for (const [what, text] of untouched) {
    it(`leave ${what} as it is`, () => {
      const { kept } = keptOf(text);

      assert.equal(kept, text);
    });
  }

  it('are not mistaken where texts hold brackets, commas, quotes and back-slashes', () => {
    const texts = ['],', '\\', '\\"', '"]},', '{[', '\\\\"'];

    const { kept, items } = keptOf(JSON.stringify({ messages: texts }));

    assert.deepEqual(JSON.parse(kept), { messages: texts.slice(-COUNT) });
    assert.equal(items.length, texts.length);
  });
});

describe('JSON that is parsed', () => {
  it('is undefined where it is none', () => {
    const values = ['', '{', '<html>'].map((text) => parseJson({ text, place: PLACE }));

    assert.deepEqual(values, [undefined, undefined, undefined]);
  });

  it('is what it stands for, up to 100,000 values however long their texts are', () => {
    const many = JSON.stringify(Array.from({ length: 99_000 }, () => 'a,b:[{"c'));

    const value = parseJson({ text: many, place: PLACE });

    assert.equal(Object(value).length, 99_000);
  });

  for (const [what, text] of [
    ['items', `[${'1,'.repeat(100_001)}1]`],
    ['objects', `[${'{},'.repeat(60_000)}{}]`],
    ['keys', `{${'"a":1,'.repeat(60_000)}"a":1}`],
    ['levels', '['.repeat(100_001) + ']'.repeat(100_001)],
  ] as const) {
    it(`is refused with too many ${what}, naming the place`, () => {
      assert.throws(() => parseJson({ text, place: PLACE }), {
        name: 'VendorContractError',
        tooLarge: true,
        message: /^POST gis\.example\.org\/x: .*Check that the address/,
      });
    });
  }
});

describe('a list or record of a schema', () => {
  const schema = z.object({ list: listOf(z.object({ id: z.string() })) });

  it('is read as an array is', () => {
    const read = z.parse(schema, { list: [{ id: 'a', more: 1 }, { id: 'b' }] });

    assert.deepEqual(read, { list: [{ id: 'a' }, { id: 'b' }] });
  });

  it('ends at the first item that does not fit, and says which and why', () => {
    const { error } = z.safeParse(schema, { list: [{ id: 'a' }, { id: 1 }, {}, {}] });

    assert.deepEqual(
      error?.issues.map(({ path }) => path),
      [['list', 1, 'id']],
    );
    assert.match(error?.issues[0]?.message ?? '', /text/);
  });

  it('is read with keys as a record is, and ends at the first entry that does not fit', () => {
    const record = z.object({ map: recordOf(z.string().check(z.maxLength(2)), z.object({ id: z.string() })) });

    const { data } = z.safeParse(record, { map: { a: { id: 'x', more: 1 }, b: { id: 'y' } } });
    const paths = [
      { a: { id: 'x' }, b: {}, c: {} },
      { a: { id: 'x' }, long: { id: 'y' }, d: {} },
    ].map((map) => z.safeParse(record, { map }).error?.issues.map(({ path }) => path));

    assert.deepEqual(data, { map: { a: { id: 'x' }, b: { id: 'y' } } });
    assert.deepEqual(paths, [[['map', 'b', 'id']], [['map', 'long']]]);
  });
});
