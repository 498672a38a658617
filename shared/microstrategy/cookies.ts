import type { IncomingHttpHeaders } from 'node:http';
import { hideCookie } from '../http/redact.ts';

/**
 * The cookies of one session on one server: session, I-Server and load balancer, whichever answer set them last.
 * Values go back as they came. Undici's own parser would bring its web layer into the bundle for these few lines.
 */
export class Cookies {
  private readonly values = new Map<string, string>();

  keep(headers: IncomingHttpHeaders): void {
    // Undici gives a single line as a string, several as an array.
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name === '') continue;
      if (isOver(line)) this.values.delete(name);
      else this.values.set(name, value.trim());
      hideCookie(value.trim());
    }
  }

  get header(): string {
    return [...this.values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** Servers take a cookie back by giving it an end in the past; Max-Age goes before Expires (RFC 6265). */
function isOver(line: string): boolean {
  const maxAge = /;\s*max-age\s*=\s*(-?\d+)/i.exec(line)?.[1];
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = /;\s*expires\s*=\s*([^;]+)/i.exec(line)?.[1];
  return expires !== undefined && Date.parse(expires) <= Date.now();
}
