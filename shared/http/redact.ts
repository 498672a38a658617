import { ESCAPINGS, unescaped } from './escapes.ts';

const MASK = '***';
const MIN_SECRET_CHARACTERS = 3;
/** Load balancers set short cookies whose values are common words. */
const MIN_COOKIE_CHARACTERS = 6;
/** They also set a new one with every answer; only the newest are still of use to anybody. */
const MAX_COOKIES = 100;
/** Who echoes may escape what was escaped already: in an address, in JSON, on a page. */
const MAX_ESCAPED_TIMES = 3;
/** Nothing that leaves is longer than 32 KB. */
const MAX_CHARACTERS = 50_000;
const MIN_BASE64_CHARACTERS = 4;

/** What of a secret is looked for: itself, and what base64 makes of it wherever it stands in what was encoded. */
interface Traces {
  plain: string[];
  base64: string[];
}

interface Span {
  start: number;
  end: number;
}

const secrets = new Map<string, Traces>();
const cookies = new Map<string, Traces>();

/** Remembers a password or token, so that {@link redact} takes it out of whatever a vendor echoes. */
export function hideSecret(value: string): void {
  if (value.length >= MIN_SECRET_CHARACTERS && !secrets.has(value)) secrets.set(value, tracesOf(value));
}

/** The same for the value of a cookie. */
export function hideCookie(value: string): void {
  if (value.length < MIN_COOKIE_CHARACTERS) return;
  const traces = cookies.get(value) ?? tracesOf(value);
  cookies.delete(value);
  cookies.set(value, traces);
  const [oldest] = cookies.keys();
  if (cookies.size > MAX_COOKIES && oldest !== undefined) cookies.delete(oldest);
}

function tracesOf(value: string): Traces {
  // A form has + for a space. Half of a surrogate pair cannot be encoded as it is; in JSON it may stand.
  const plain = [value, value.toWellFormed(), value.replaceAll(' ', '+')];
  const inAddress = encodeURIComponent(value.toWellFormed());
  return { plain: [...new Set(plain)], base64: [...new Set([value, inAddress].flatMap(base64Of))] };
}

/** Base64 takes three bytes to four characters, so what stands before moves the secret by none, one or two bytes. */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const ofSecretAlone = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (ofSecretAlone.length < Math.min(MIN_BASE64_CHARACTERS, bytes.length)) return [];
    return [ofSecretAlone, ofSecretAlone.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/**
 * The text without any secret that was hidden before, however it is escaped. Of a text that is more than twice as long as
 * that only so many characters: a secret that begins in them is known by what follows.
 */
export function redact(text: string, maxCharacters = MAX_CHARACTERS): string {
  const looked = text.slice(0, 2 * maxCharacters);
  const isCut = looked.length < text.length;
  const length = isCut ? maxCharacters : looked.length;
  let redacted = '';
  let done = 0;
  for (const { start, end } of spansIn(looked, MAX_ESCAPED_TIMES)) {
    if (start >= length) break;
    redacted += looked.slice(done, start) + (start < done ? '' : MASK);
    done = Math.max(done, end);
  }
  return `${redacted}${looked.slice(done, Math.max(done, length))}${isCut ? ' … (cut)' : ''}`;
}

/** Where secrets stand in the text, first ones first. */
function spansIn(text: string, times: number): Span[] {
  const spans = [...secrets.values(), ...cookies.values()].flatMap(({ plain, base64 }) => [
    ...plain.flatMap((trace) => placesOf(trace, text)),
    ...base64.flatMap((trace) => runsWith(trace, text)),
  ]);
  for (const escaping of times === 0 ? [] : ESCAPINGS) {
    const inner = unescaped(text, escaping);
    if (inner === undefined) continue;
    const { placeOf } = inner;
    for (const { start, end } of spansIn(inner.text, times - 1)) {
      spans.push({ start: placeOf(start), end: placeOf(end) });
    }
  }
  return spans.sort((one, other) => one.start - other.start || other.end - one.end);
}

function placesOf(trace: string, text: string): Span[] {
  const places: Span[] = [];
  for (let start = text.indexOf(trace); start >= 0; start = text.indexOf(trace, start + 1)) {
    places.push({ start, end: start + trace.length });
  }
  return places;
}

/** All of the base64 around a trace: its first and last characters hold some bits of the secret too. */
function runsWith(trace: string, text: string): Span[] {
  const runs: Span[] = [];
  for (let place = text.indexOf(trace); place >= 0; place = text.indexOf(trace, runs.at(-1)?.end)) {
    const run = { start: place, end: place + trace.length };
    while (isBase64(text[run.start - 1])) run.start -= 1;
    while (isBase64(text[run.end])) run.end += 1;
    runs.push(run);
  }
  return runs;
}

function isBase64(character: string | undefined): boolean {
  return character !== undefined && /[\w+/=-]/.test(character);
}

/** {@link redact} on every string of a JSON value. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactJson(item)]));
}
