import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { VendorUnreachableError } from '../../shared/errors.ts';
import { connectorFor, type ServerAccess } from '../../shared/http/agents.ts';
import { namedError } from '../../shared/http/failure.ts';
import { TunnelError } from '../../shared/http/tunnel.ts';
import { Finding, type Step } from './checks.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const SOON_DAYS = 30;
const MS_PER_DAY = 86_400_000;

/** The addresses of a secret by their keys. */
export type Addresses = Record<string, string | undefined>;

/**
 * The steps that every target has: name and port of each of its addresses, its certificate, and last whether `url` is
 * the vendor's. That is asked by `askVendor`.
 */
export function connectionSteps(access: ServerAccess, addresses: Addresses, askVendor: () => Promise<void>): Step[] {
  const places = placesOf(addresses);
  return [
    {
      check: 'address',
      needs: ['secret'],
      async look() {
        for (const place of places) await reach(place, access);
        return undefined;
      },
    },
    {
      check: 'tls',
      needs: ['address'],
      async look() {
        const secure = places.filter(({ url }) => url.protocol === 'https:');
        const advice: string[] = [];
        for (const place of secure) advice.push(...endsSoon(place, await certificateEnd(place, access)));
        return advice.length === 0 ? undefined : advice.join(' ');
      },
    },
    {
      check: 'address',
      needs: ['tls'],
      async look() {
        await askVendor().catch((error) => {
          throw isLateTlsFailure(error) ? new Finding(error.message, { check: 'tls', endsAll: true }) : error;
        });
        return undefined;
      },
    },
  ];
}

interface Place {
  key: string;
  url: URL;
}

/** Each origin once, by the first key that has it. */
function placesOf(addresses: Addresses): Place[] {
  const places = new Map<string, Place>();
  for (const [key, address] of Object.entries(addresses)) {
    const url = URL.parse(address ?? '');
    if (url !== null && !places.has(url.origin)) places.set(url.origin, { key, url });
  }
  return [...places.values()];
}

/** Name and port. Through a proxy only the proxy can tell. */
async function reach(place: Place, access: ServerAccess): Promise<void> {
  try {
    if (access.httpsProxy === undefined) await connectPlain(place.url);
    else (await open(place, access)).destroy();
  } catch (error) {
    // What goes wrong inside the tunnel is the next check's.
    if (access.httpsProxy !== undefined && !(error instanceof TunnelError)) return;
    throw named(error, place, access);
  }
}

async function connectPlain({ hostname, port, protocol }: URL): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port || (protocol === 'https:' ? 443 : 80)) });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
    reject(Object.assign(new Error('no connection'), { code: 'UND_ERR_CONNECT_TIMEOUT' })),
  );
  socket.once('connect', resolve).once('error', reject);
  await promise.finally(() => socket.destroy());
}

/** When the certificate ends, epoch milliseconds. */
async function certificateEnd(place: Place, access: ServerAccess): Promise<number | undefined> {
  try {
    const socket = await open(place, access);
    const end = socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
    socket.destroy();
    return Number.isNaN(end) ? undefined : end;
  } catch (error) {
    throw named(error, place, access);
  }
}

/** Connects as every call of an operation does: the same trust, the same proxy. */
async function open({ url }: Place, access: ServerAccess): Promise<Socket> {
  const { hostname, host, protocol, port } = url;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const options = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
  connectorFor(access)(options, (...[error, socket]) => (error ? reject(error) : resolve(socket)));
  return (await promise).on('error', () => undefined);
}

function named(error: unknown, { key, url }: Place, access: ServerAccess): unknown {
  const request = { place: `${key} ${url.host}`, host: url.host, access, sent: false, timeoutMs: CONNECT_TIMEOUT_MS };
  return namedError(error, request);
}

function endsSoon({ key, url }: Place, end: number | undefined): string[] {
  const days = end === undefined ? Number.POSITIVE_INFINITY : (end - Date.now()) / MS_PER_DAY;
  if (end === undefined || days > SOON_DAYS) return [];
  const day = new Date(end).toISOString().slice(0, 10);
  return [`The certificate of ${url.host} (${key}) ends in ${Math.floor(days)} days, on ${day}: renew it before.`];
}

/** A server tells only at the first request that it wants a client certificate. What does not speak HTTP is no TLS matter. */
function isLateTlsFailure(error: unknown): error is VendorUnreachableError {
  if (!(error instanceof VendorUnreachableError) || error.passing) return false;
  return !(error.cause instanceof Error && error.cause.name === 'HTTPParserError');
}
