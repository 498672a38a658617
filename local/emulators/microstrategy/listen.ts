import { once } from 'node:events';
import type { Server } from 'node:http';

/** Opens a server on 127.0.0.1; port 0 takes any free one. Rejects with the system's error, for example `EADDRINUSE`. */
export async function listen(server: Server, port: number): Promise<{ origin: string; close: () => Promise<void> }> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
