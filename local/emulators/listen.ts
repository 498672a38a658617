import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';

/** A certificate with its key, both PEM: an emulator that has them speaks https. */
export interface ServerCertificate {
  cert: string;
  key: string;
}

/** A server that does not listen yet. */
export function newServer(certificate: ServerCertificate | undefined): Server | TlsServer {
  return certificate ? createTlsServer(certificate) : createServer();
}

/** Opens a server on 127.0.0.1; port 0 takes any free one. Rejects with the system's error, for example `EADDRINUSE`. */
export async function listen(
  server: Server | TlsServer,
  port: number,
): Promise<{ origin: string; close: () => Promise<void> }> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  return {
    origin: `${scheme}://127.0.0.1:${address.port}`,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
