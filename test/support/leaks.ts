import assert from 'node:assert/strict';

/** Shorter ones would be found by chance. */
const MIN_CHARACTERS = 8;

/**
 * Remembers all that is said while a test runs, and searches it at the end for the secrets that were planted: as they
 * are, and as JSON, addresses, forms, pages, base64 and hexadecimal digits spell them.
 */
export class Leaks {
  readonly #secrets = new Set<string>();
  readonly #said = new Map<string, string>();

  plant(...secrets: (string | undefined)[]): void {
    for (const secret of secrets)
      if (secret !== undefined && secret.length >= MIN_CHARACTERS) this.#secrets.add(secret);
  }

  /** A text as it is, anything else as JSON. */
  record(place: string, what: unknown): void {
    const text = typeof what === 'string' ? what : (JSON.stringify(what) ?? '');
    if (!this.#said.has(text)) this.#said.set(text, place);
  }

  /** Fails naming the place, and what stands around the secret in it. */
  assertNone(): void {
    assert.ok(this.#secrets.size > 0, 'no secret was planted');
    assert.ok(this.#said.size > 0, 'nothing was recorded');
    const spelled = byStart([...this.#secrets].flatMap(spellings));
    for (const [text, place] of this.#said) {
      const at = firstOf(spelled, text);
      assert.equal(at, -1, `a secret in ${place}: …${text.slice(Math.max(0, at - 60), at + 20)}…`);
    }
  }
}

/** Every way that a secret may be written. */
export function spellings(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inForm = new URLSearchParams({ s: secret }).toString().slice(2);
  const html = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  const inHtml = secret.replace(/[&<>"']/g, (character) => Object(html)[character]);
  const hex = Buffer.from(secret).toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => inBase64(secret, before));
  const all = [secret, inJson, JSON.stringify(inJson).slice(1, -1), inForm, encodeURIComponent(secret), inHtml];
  const escaped = [encodeURIComponent(encodeURIComponent(secret)), encodeURIComponent(inJson)];
  const spelled = [...all, ...escaped, hex, hex.toUpperCase(), ...base64];
  return [...new Set(spelled)].filter(({ length }) => length >= MIN_CHARACTERS);
}

/** The part of a base64 text that depends on the secret alone, where so many bytes of a group stand before it. */
function inBase64(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const whole = Math.floor(bytes.length / 3) * 4;
  return (['base64', 'base64url'] as const).map((encoding) =>
    bytes.toString(encoding).slice(Math.ceil((before * 8) / 6), whole),
  );
}

function byStart(texts: string[]): Map<string, string[]> {
  return Map.groupBy(texts, (text) => text.slice(0, MIN_CHARACTERS));
}

/** In one pass, however many secrets there are: a job of a month has hundreds of tokens, and megabytes of log. */
function firstOf(spelled: Map<string, string[]>, text: string): number {
  for (let at = 0; at <= text.length - MIN_CHARACTERS; at += 1) {
    const candidates = spelled.get(text.slice(at, at + MIN_CHARACTERS));
    if (candidates?.some((candidate) => text.startsWith(candidate, at))) return at;
  }
  return -1;
}
