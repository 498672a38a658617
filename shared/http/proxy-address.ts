/** What there is to an `httpsProxy`: `http://[user:password@]host[:port]`, or https. */
export interface Proxy {
  origin: string;
  /** For messages: host and port, never the credentials. */
  place: string;
  /** The value of Proxy-Authorization. */
  authorization: string | undefined;
  /** Everything of it that must not be shown, as it is written and as it is sent. A user without a password is a token. */
  secrets: string[];
}

/** Why an address may not be a proxy's, or undefined. */
export function proxyProblem(address: string): string | undefined {
  const isAlone = !/[\s?#]/.test(address) && URL.canParse(address) && new URL(address).pathname === '/';
  if (isAlone && /^https?:/.test(address) && parseProxy(address) !== undefined) return undefined;
  return 'must be http://host:port or http://user:password@host:port (or https), user and password percent-encoded';
}

/** Undefined where the address cannot be read. */
export function parseProxy(address: string): Proxy | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, origin, hostname, port, username, password } = new URL(address);
  const place = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  if (username === '' && password === '') return { origin, place, authorization: undefined, secrets: [] };
  try {
    const [user, word] = [decodeURIComponent(username), decodeURIComponent(password)];
    const encoded = Buffer.from(`${user}:${word}`).toString('base64');
    return {
      origin,
      place,
      authorization: `Basic ${encoded}`,
      secrets: [...(password === '' ? [user, username] : [word, password]), encoded],
    };
  } catch {
    return undefined;
  }
}
