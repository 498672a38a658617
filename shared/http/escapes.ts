const CONTINUED = '%[89ab][0-9a-f]';
const NAMES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));
const CONTROLS = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }));

/** A way in which whoever repeats a text escapes single characters of it. */
interface Escaping {
  /** What each of its escapes begins with. */
  mark: string;
  /** One escaped character, in either case of letters. */
  pattern: RegExp;
  characterOf: (code: string) => string;
}

/** Percent in addresses and forms: UTF-8, else the byte as it is, and `%u…` of old scripts. */
const inAddresses: Escaping = {
  mark: '%',
  pattern: new RegExp(
    `%f[0-4](?:${CONTINUED}){3}|%e[0-9a-f](?:${CONTINUED}){2}|%[cd][0-9a-f]${CONTINUED}|%[0-9a-f]{2}|%u[0-9a-f]{4}`,
    'gi',
  ),
  characterOf: (code) => (/^%u/i.test(code) ? ofHex(code) : ofBytes(Buffer.from(code.replaceAll('%', ''), 'hex'))),
};

/** On pages: by number, and the five names that every page knows. */
const onPages: Escaping = {
  mark: '&',
  pattern: /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);?/gi,
  characterOf: (code) => {
    const inner = code.slice(1).replace(';', '').toLowerCase();
    if (!inner.startsWith('#')) return NAMES.get(inner) ?? code;
    const number = inner.startsWith('#x') ? Number.parseInt(inner.slice(2), 16) : Number(inner.slice(1));
    return number <= 0x10ffff ? String.fromCodePoint(number) : code;
  },
};

/** In JSON and scripts. */
const inScripts: Escaping = {
  mark: '\\',
  pattern: /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|['"\\/bfnrt])/gi,
  characterOf: (code) => (code.length > 2 ? ofHex(code) : (CONTROLS.get(code.slice(1)) ?? code.slice(1))),
};

/** Each by itself: what one of them escapes may be plain text to the other. */
export const ESCAPINGS: readonly Escaping[] = [inAddresses, onPages, inScripts];

/** A text without its escapes, and where its characters stood before. */
export interface Unescaped {
  text: string;
  /** The place in the text as it was, for a place in this one. */
  placeOf: (index: number) => number;
}

/** The text with each character that is escaped so as itself, once; undefined where it has none. */
export function unescaped(escaped: string, { mark, pattern, characterOf }: Escaping): Unescaped | undefined {
  if (!escaped.includes(mark)) return undefined;
  // Where each escape ends, here and there.
  const ends: { here: number; there: number }[] = [];
  let text = '';
  let done = 0;
  for (const { 0: code, index } of escaped.matchAll(pattern)) {
    text += escaped.slice(done, index) + characterOf(code);
    done = index + code.length;
    ends.push({ here: text.length, there: done });
  }
  if (ends.length === 0) return undefined;
  return { text: text + escaped.slice(done), placeOf: (index) => placeBefore(ends, index) };
}

function placeBefore(ends: { here: number; there: number }[], index: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle]?.here ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const { here, there } = ends[low - 1] ?? { here: 0, there: 0 };
  return there + index - here;
}

function ofHex(code: string): string {
  return String.fromCharCode(Number.parseInt(code.slice(2), 16));
}

function ofBytes(bytes: Buffer): string {
  return bytes.toString(bytes.length === 1 ? 'latin1' : 'utf8');
}
