const MASK = '***';
const MIN_SECRET_CHARACTERS = 3;
const MAX_SECRETS = 200;

const secrets = new Set<string>();

/** Remembers a password, token or cookie, so that {@link redact} takes it out of whatever a vendor echoes. */
export function hideSecret(value: string): void {
  const jsonText = JSON.stringify(value).slice(1, -1);
  const formText = new URLSearchParams({ s: value }).toString().slice(2);
  for (const form of [value, jsonText, formText, encodeURIComponent(value), ...inHtml(value)]) {
    if (form.length < MIN_SECRET_CHARACTERS) continue;
    secrets.delete(form);
    secrets.add(form);
  }
  for (const oldest of secrets) {
    if (secrets.size <= MAX_SECRETS) break;
    secrets.delete(oldest);
  }
}

/** As pages show it; apostrophes have two spellings. */
function inHtml(value: string): string[] {
  const escaped = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return ["'", '&#39;', '&#x27;', '&apos;'].map((apostrophe) => escaped.replaceAll("'", apostrophe));
}

/** The text without any secret that was hidden before. */
export function redact(text: string): string {
  let redacted = text;
  for (const secret of [...secrets].sort((one, other) => other.length - one.length)) {
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
