import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

interface Options {
  /** The folder of the built page. */
  folder: string;
  /** The site whose maps are shown. */
  site: { url: string; username: string; password: string };
  /** Text of `config.json` by the first part of the path: pages differ by it alone. */
  configs: Record<string, object>;
}

interface PageServer {
  urlOf(config: string): string;
  close(): Promise<void>;
}

/**
 * Serves the page, and the site beside it, as a web adaptor lets everybody see maps: whoever looks at a map has no account.
 */
export async function startPageServer({ folder, site, configs }: Options): Promise<PageServer> {
  const token = await tokenOf(site);
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const [, config = '', ...rest] = pathname.split('/');
    const path = rest.join('/');
    const sent =
      path === 'config.json'
        ? response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(configs[config]))
        : path.startsWith('arcgis/')
          ? ofSite(`${new URL(site.url).origin}/${path}${search}`, token, response)
          : file(join(folder, normalize(`/${path === '' ? 'index.html' : path}`)), response);
    Promise.resolve(sent).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    urlOf: (config) => `http://127.0.0.1:${address.port}/${config}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function tokenOf({ url, username, password }: Options['site']): Promise<string> {
  const body = new URLSearchParams({ username, password, client: 'requestip', f: 'json' });
  const answer = await fetch(`${url}/tokens/generateToken`, { method: 'POST', body });
  return Object(await answer.json()).token;
}

async function ofSite(url: string, token: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(url, { headers: { 'X-Esri-Authorization': `Bearer ${token}` } });
  const kept = ['content-type', 'etag', 'last-modified', 'cache-control'];
  const headers = kept.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answer.status, Object.fromEntries(headers)).end(Buffer.from(await answer.arrayBuffer()));
}

function file(path: string, response: ServerResponse): void {
  if (!existsSync(path)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
}
