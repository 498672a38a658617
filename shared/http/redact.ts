const MASK = '***';
const MIN_SECRET_CHARACTERS = 3;
/** Load balancers set short cookies whose values are common words. */
const MIN_COOKIE_CHARACTERS = 6;
/** They also set a new one with every answer; only the newest are still of use to anybody. */
const MAX_COOKIE_SPELLINGS = 400;

const secrets = new Set<string>();
const cookies = new Set<string>();

/** Remembers a password or token, so that {@link redact} takes it out of whatever a vendor echoes. */
export function hideSecret(value: string): void {
  for (const spelling of spellings(value)) {
    if (spelling.length >= MIN_SECRET_CHARACTERS) secrets.add(spelling);
  }
}

/** The same for the value of a cookie. */
export function hideCookie(value: string): void {
  for (const spelling of spellings(value)) {
    if (spelling.length < MIN_COOKIE_CHARACTERS) continue;
    cookies.delete(spelling);
    cookies.add(spelling);
  }
  for (const oldest of cookies) {
    if (cookies.size <= MAX_COOKIE_SPELLINGS) break;
    cookies.delete(oldest);
  }
}

/** As it is, and as JSON, forms, addresses and pages show it. */
function spellings(value: string): Set<string> {
  const inJson = JSON.stringify(value).slice(1, -1);
  const inForm = new URLSearchParams({ s: value }).toString().slice(2);
  const inHtml = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const apostrophes = ["'", '&#39;', '&#x27;', '&apos;'].map((apostrophe) => inHtml.replaceAll("'", apostrophe));
  // Half of a surrogate pair cannot be encoded as it is; in JSON it may stand.
  const inAddress = encodeURIComponent(value.toWellFormed());
  return new Set([value, inJson, inForm, inAddress, ...apostrophes]);
}

/** The text without any secret that was hidden before. */
export function redact(text: string): string {
  let redacted = text;
  for (const secret of [...secrets, ...cookies].sort((one, other) => other.length - one.length)) {
    redacted = redacted.replaceAll(secret, MASK);
  }
  return redacted;
}

/** {@link redact} on every string of a JSON value. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactJson(item)]));
}
