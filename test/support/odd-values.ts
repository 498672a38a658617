import fc from 'fast-check';
import { BAD_NAMES, GOOD_NAMES } from './names.ts';

const POLLUTERS = ['__proto__', 'constructor', 'prototype'];
const ODD_KEYS = [...POLLUTERS, 'toString', 'hasOwnProperty', 'then', 'length', '', ' ', '0', 'Target', 'ſerviceName'];

/** What an address, a header, a path, JSON or a log gives a meaning to, and what looks like it. */
const PIECES = [
  ...'aB7é道٢ﬀſK𠮷 .-_:;,=&+/\\?#@%~*"\'<>`{}|$[]／．․‥…＼？＃％∕⁄',
  ...'\u0000\t\n\u007f\u0085\u00a0\u200b\u202e\u2028\ufeff\ud800',
  ...['e\u0301', '..', '//', '%2e', '%2E%2e', '%2f', '%5c', '%00', '%25', '../', '..\\', '..;/', '\r\n', '\udc00'],
];

/** Short texts in which anything may stand beside anything. */
export const oddText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(...GOOD_NAMES, ...BAD_NAMES, ...POLLUTERS),
);

/** A name that is mostly good, with something odd at some place of it. */
export const nearlyName = fc
  .tuple(fc.constantFrom(...GOOD_NAMES.filter((name) => name.length < 20), ''), fc.constantFrom(...PIECES), fc.nat())
  .map(([name, piece, at]) => {
    const place = at % (name.length + 1);
    return name.slice(0, place) + piece + name.slice(place);
  });

const oddKey = fc
  .oneof({ weight: 3, arbitrary: fc.constantFrom(...ODD_KEYS) }, oddText)
  .map((text) => JSON.stringify(text));

/** JSON as a text, so that it may hold what no literal can: an own `__proto__`, a key twice, a number without end. */
export const oddJson: fc.Arbitrary<string> = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('null', 'true', '""', '" "', '[]', '{}', '0', '-1', '-0', '1e999', '1e-999', '9007199254740993'),
    fc.constantFrom('{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'),
    oddText.map((text) => JSON.stringify(text)),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc.array(fc.tuple(oddKey, tie('json')), { maxLength: 3 }).map(objectText),
  ),
})).json;

/** One change of a JSON value: at one of its places the value is replaced, left out, or gets a member more. */
interface Change {
  how: 'replace' | 'add' | 'leave out';
  place: number;
  key: string;
  json: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom('replace', 'replace', 'add', 'leave out'),
  place: fc.nat(),
  key: oddKey,
  json: fc.oneof(
    oddJson,
    nearlyName.map((name) => JSON.stringify(name)),
  ),
});

/** One of these values with one or two changes, or something else altogether, as JSON text. */
export function oddLike(values: object[]): fc.Arbitrary<string> {
  const changed = fc
    .tuple(fc.constantFrom(...values), fc.array(change, { minLength: 0, maxLength: 2 }))
    .map(([value, changes]) => changes.reduce(changedText, JSON.stringify(value)));
  return fc.oneof({ weight: 9, arbitrary: changed }, oddJson);
}

function changedText(text: string, { how, place, key, json }: Change): string {
  const value: unknown = JSON.parse(text);
  let left = place % placesIn(value);
  const write = (at: unknown): string | undefined => {
    left -= 1;
    if (left !== -1) return textOf(at, write);
    if (how === 'leave out') return undefined;
    return how === 'add' ? textOf(at, write, [key, json]) : json;
  };
  return write(value) ?? 'null';
}

/** A value as JSON text, each of its members written by `write`, with one member more. */
function textOf(value: unknown, write: (member: unknown) => string | undefined, more?: [key: string, json: string]) {
  if (typeof value !== 'object' || value === null) return more?.[1] ?? JSON.stringify(value);
  const members = Object.entries(value)

    .map(([name, member]): [string, string | undefined] => [JSON.stringify(name), write(member)])
    .concat(more === undefined ? [] : [more])
    .filter((member): member is [string, string] => member[1] !== undefined);
  return Array.isArray(value) ? `[${members.map(([, text]) => text).join()}]` : objectText(members);
}

function placesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + placesIn(member), 1);
}

function objectText(members: [key: string, json: string][]): string {
  return `{${members.map(([key, json]) => `${key}:${json}`).join()}}`;
}
