import { secureConnector, type TlsIdentity } from './tls.ts';
import { tunnelConnector } from './tunnel.ts';
import { Agent, type buildConnector } from './undici.ts';

const KEEP_ALIVE_MS = 60_000;
/** Enough for the targets of a warm function; each keeps its connections apart. */
const MAX_AGENTS = 10;

export const MAX_ANSWER_BYTES = 5_000_000;

/** How a server is reached: the part of every target's secret that matters here. */
export interface ServerAccess extends TlsIdentity {
  /** The proxy that every connection goes through. */
  httpsProxy?: string | undefined;
}

const agents = new Map<string, Agent>();

/** The connections that are kept for one way of reaching servers, never used for another one. */
export function agentFor(access: ServerAccess): Agent {
  const { caCertificate, clientCertificate, clientKey, httpsProxy } = access;
  const key = JSON.stringify([caCertificate, clientCertificate, clientKey, httpsProxy]);
  const agent = agents.get(key) ?? newAgent(access);
  agents.delete(key);
  agents.set(key, agent);
  closeOldest();
  return agent;
}

function newAgent(access: ServerAccess): Agent {
  return new Agent({
    allowH2: false,
    connect: connectorFor(access),
    // A function asks for one thing at a time. Without this undici opens a second connection for its second request,
    // which comes before the first has quite ended.
    connections: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
}

/** How sockets to a server are made. */
export function connectorFor({ httpsProxy, ...identity }: ServerAccess): buildConnector.connector {
  const inTunnel = secureConnector(identity);
  if (httpsProxy === undefined) return inTunnel;
  // The client certificate is the site's affair, not the proxy's.
  return tunnelConnector(httpsProxy, { toProxy: secureConnector({ caCertificate: identity.caCertificate }), inTunnel });
}

/** A secret that is rotated leaves its agent behind. */
function closeOldest(): void {
  for (const [key, agent] of agents) {
    if (agents.size <= MAX_AGENTS) return;
    agents.delete(key);
    // Waits for what is under way.
    agent.close().catch(() => undefined);
  }
}
