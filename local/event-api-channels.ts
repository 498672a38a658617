/** "Understanding the Event API WebSocket protocol", AWS AppSync Events developer guide. */
const CHANNEL =
  /^\/?[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?){0,4}\/?$/;
const WILDCARD = /\/\*$/;

/** The parts of a channel's name; undefined where it is none. Whoever listens may name all below one by `/*` at the end. */
export function partsOf(channel: unknown, { wildcard = false } = {}): string[] | undefined {
  if (typeof channel !== 'string') return undefined;
  const isWild = wildcard && WILDCARD.test(channel);
  const plain = isWild ? channel.replace(WILDCARD, '') : channel;
  if (!CHANNEL.test(plain)) return undefined;
  return [...plain.split('/').filter((part) => part !== ''), ...(isWild ? ['*'] : [])];
}

/** Whether what is published on a channel is heard by who listens to this one. */
export function hears(listening: readonly string[], published: readonly string[]): boolean {
  if (listening.at(-1) !== '*') return listening.join('/') === published.join('/');
  const above = listening.slice(0, -1);
  return published.length > above.length && above.every((part, index) => part === published[index]);
}
