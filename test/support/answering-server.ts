import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A server on a loopback port that gives JSON to every call. */
export interface AnsweringServer {
  url: string;
  /** Path and form of every call, in order. */
  readonly calls: { path: string; form: Record<string, string> }[];
  close(): Promise<void>;
}

/** Starts a server that answers with what `answer` gives for a path, always with HTTP 200 as ArcGIS does. */
export async function startAnsweringServer(answer: (path: string) => unknown): Promise<AnsweringServer> {
  const calls: AnsweringServer['calls'] = [];
  const server = createServer(async (request, response) => {
    const path = String(request.url);
    calls.push({ path, form: Object.fromEntries(new URLSearchParams(await text(request))) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(path)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
