import { once } from 'node:events';
import { createServer } from 'node:http';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { startVirtualTime, type VirtualTime } from './virtual-time.ts';

/** What all cells of a process have in common. */
export interface World {
  aws: TestAws;
  time: VirtualTime;
  /** A server to which redirects lead, and how many requests it got. */
  elsewhere: { url: string; requests: number };
  close(): Promise<void>;
}

/** Starts AWS and the server elsewhere, and puts this process under virtual time. */
export async function startWorld(): Promise<World> {
  const aws = await startTestAws();
  const elsewhere = { url: '', requests: 0 };
  const server = createServer((_request, response) => {
    elsewhere.requests += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  elsewhere.url = `http://127.0.0.1:${address.port}`;
  const time = startVirtualTime();
  return {
    aws,
    time,
    elsewhere,
    async close() {
      time.restore();
      server.closeAllConnections();
      server.close();
      await aws.close();
    },
  };
}
