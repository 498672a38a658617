import { VendorContractError } from '../errors.ts';
import type { VendorAnswer } from './send.ts';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const CAPITAL_N = 78;
const LIST = 91;
const BACKSLASH = 92;
const END_OF_LIST = 93;
const OBJECT = 123;
const END_OF_OBJECT = 125;

/**
 * The most values and keys of a vendor's answer. Two characters of text may become an object of 60 bytes, and a schema
 * makes more of it: 5 MB of `{},{},…` took 1.5 GB. Of a map service with a thousand layers
 * it is a quarter.
 */
const MAX_PARTS = 100_000;
/** So much text is parsed without a look at it. */
const HARMLESS_CHARACTERS = 100_000;

/**
 * What the JSON of an answer stands for; undefined where it is none.
 *
 * @throws VendorContractError (`tooLarge`) where it has more parts than its memory is worth
 */
export function parseJson({ text, place }: Pick<VendorAnswer, 'text' | 'place'>): unknown {
  if (text.length > HARMLESS_CHARACTERS && partsOf(text) > MAX_PARTS) {
    throw new VendorContractError(
      `${place}: the answer has more than ${MAX_PARTS} values and was not read. Check that the address in the target's secret leads to the vendor's server.`,
      { tooLarge: true },
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same, where bare `NaN` counts as null: it is no JSON, and some servers write extents of services without data so. */
export function parseWithNaN({ text, place }: Pick<VendorAnswer, 'text' | 'place'>): unknown {
  return parseJson({ text, place }) ?? parseJson({ text: withoutNaN(text), place });
}

/** Texts in it are left as they are. */
function withoutNaN(text: string): string {
  let written = '';
  let done = 0;
  for (let place = 0, found = 0; place < text.length && found < MAX_PARTS; place += 1) {
    const character = text.charCodeAt(place);
    if (character === QUOTE) place = endOfString(text, place);
    if (character !== CAPITAL_N || !IS_NAN.test(text.slice(place - 1, place + 4))) continue;
    written += `${text.slice(done, place)}null`;
    done = place + 3;
    found += 1;
  }
  return written + text.slice(done);
}

const IS_NAN = /^\W?NaN(?:\W|$)/;

function partsOf(text: string): number {
  let parts = 0;
  walk(text, (character) => {
    if (character !== END_OF_LIST && character !== END_OF_OBJECT) parts += 1;
  });
  return parts;
}

/**
 * The text of an object without the items of the list `key` but the last ones; nothing is made of the others. Every item is
 * told, as text. A text that is no such object stays as it is.
 */
export function keepLast(
  text: string,
  { key, count, onItem }: { key: string; count: number; onItem: (item: string) => void },
): string {
  const quoted = JSON.stringify(key);
  if (!text.includes(quoted)) return text;
  let isListNext = false;
  let listStart: number | undefined;
  let listEnd: number | undefined;
  // Behind the last bracket, comma or colon, and behind the last end of an item.
  let wordStart = 0;
  let itemStart = 0;
  const kept: string[] = [];
  const endItem = (end: number) => {
    const item = text.slice(itemStart, end);
    itemStart = end + 1;
    if (item.trim() === '') return;
    onItem(item);
    if (kept.push(item) > count) kept.shift();
  };
  walk(text, (character, place, depth) => {
    if (listEnd !== undefined) return;
    if (listStart === undefined) {
      if (depth === 1 && character === LIST && isListNext) listStart = itemStart = place + 1;
      isListNext = depth === 1 && character === COLON && text.slice(wordStart, place).trim() === quoted;
    } else if (depth === 2 && character === COMMA) {
      endItem(place);
    } else if (depth === 1) {
      endItem(place);
      listEnd = place;
    }
    wordStart = place + 1;
  });
  if (listStart === undefined || listEnd === undefined) return text;
  return text.slice(0, listStart) + kept.join(',') + text.slice(listEnd);
}

/** Visits every bracket, comma and colon that is in no string, with the number of brackets around it. */
function walk(text: string, visit: (character: number, place: number, depth: number) => void): void {
  let depth = 0;
  for (let place = 0; place < text.length; place += 1) {
    const character = text.charCodeAt(place);
    if (character === QUOTE) {
      place = endOfString(text, place);
    } else if (character === LIST || character === OBJECT) {
      visit(character, place, depth);
      depth += 1;
    } else if (character === END_OF_LIST || character === END_OF_OBJECT) {
      depth -= 1;
      visit(character, place, depth);
    } else if (character === COMMA || character === COLON) {
      visit(character, place, depth);
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = start;
  let escapes = 0;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
  } while (escapes % 2 === 1);
  return end;
}
