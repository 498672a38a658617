/** The first part of every channel's name: the namespace of the stack's AppSync Events API. */
export const NAMESPACE = 'tiles';

/**
 * The channel on which a map client is told that the tiles of a service were renewed:
 * `/tiles/<target>/<folder>/<service>.<type>`, without the folder where the service lies in the root.
 *
 * A channel has one to five parts of at most 50 letters, digits and dashes, with no dash at either end ("Understanding the
 * Event API WebSocket protocol", AWS AppSync Events developer guide). So in every part letters and digits of ASCII stay as
 * they are, and every other byte of UTF-8 becomes a dash and two capital hexadecimal digits. What then begins with a dash
 * or is longer than 50 becomes `sha256-x` and the first 40 digits of its SHA-256: no other name can, because a dash is
 * never followed by an x. Two names never share a channel. This file needs nothing but what browsers have.
 *
 * @param target as runs name it
 * @param service as events name it, such as `Imagery/Landsat.ImageServer`
 */
export async function channelOf(target: string, service: string): Promise<string> {
  const parts = await Promise.all([target, ...service.split('/')].map(partOf));
  return `/${[NAMESPACE, ...parts].join('/')}`;
}

const LONGEST_PART = 50;
const HASH_DIGITS = 40;

async function partOf(name: string): Promise<string> {
  const bytes = new TextEncoder().encode(name);
  const part = [...bytes].map(escaped).join('');
  if (part.length <= LONGEST_PART && !part.startsWith('-')) return part;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha256-x${[...hash].map(hex).join('').slice(0, HASH_DIGITS)}`;
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9]/.test(character) ? character : `-${hex(byte).toUpperCase()}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
