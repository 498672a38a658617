import type { Socket } from 'node:net';
import { parseProxy } from './proxy-address.ts';
import { Agent, type buildConnector, connectWith } from './undici.ts';

/** For the connection to the proxy and its answer. */
export const TUNNEL_TIMEOUT_MS = 5_000;

/** No tunnel: the proxy refused it with an HTTP status, or the cause says why it said nothing. */
export class TunnelError extends Error {
  readonly status: number | undefined;

  constructor({ status, ...options }: { status?: number; cause?: unknown }) {
    super('no tunnel', options);
    this.status = status;
  }
}

/**
 * Connects through a proxy, by CONNECT: `toProxy` reaches the proxy, `inTunnel` makes TLS to the server itself, as
 * without a proxy. Plain http goes through a tunnel too, so that nothing of a target has another way.
 */
export function tunnelConnector(
  address: string,
  { toProxy, inTunnel }: Record<'toProxy' | 'inTunnel', buildConnector.connector>,
): buildConnector.connector {
  const agent = new Agent({ allowH2: false, connect: toProxy });
  return (options, callback) => {
    openTunnel(address, agent, authority(options))
      .then((socket) => {
        if (options.protocol === 'https:') inTunnel({ ...options, httpSocket: socket }, callback);
        else callback(null, socket.setNoDelay(true));
      })
      .catch((error) => callback(error, null));
  };
}

/** CONNECT names the port always. */
function authority({ protocol, host = '', port }: buildConnector.Options): string {
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}

async function openTunnel(address: string, agent: Agent, to: string): Promise<Socket> {
  const { origin = '', authorization } = parseProxy(address) ?? {};
  const headers = { host: to, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) };
  const signal = AbortSignal.timeout(TUNNEL_TIMEOUT_MS);
  const request = connectWith.call(agent, { origin, path: to, headers, signal });
  const { statusCode, socket } = await request.catch((cause) => {
    throw new TunnelError({ cause });
  });
  if (statusCode >= 200 && statusCode < 300) return socket;
  socket.on('error', () => undefined).destroy();
  throw new TunnelError({ status: statusCode });
}
