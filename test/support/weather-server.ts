import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A request that arrived; `path` is raw, with its query. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer of the weather's own; HTTP 200 unless told. */
export interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string;
}

/**
 * What happens to a request. `reset` closes the connection when the request was read; `silence` never answers; `cut-off`
 * breaks an answer off. Where a function gives nothing, the request goes on to the server behind. What is asked of every
 * vendor call is in `test/faults`.
 */
export type Weather = Happening | ((request: SeenRequest) => Answer | undefined | Promise<Answer>);

type Happening = 'reset' | 'silence' | 'cut-off' | Answer;

export interface WeatherServer {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly origin: string;
  readonly requests: SeenRequest[];
  /** How many connections were made to it. */
  readonly connections: number;
  /** Every request so far whose path fits. */
  requestsTo(path: RegExp): SeenRequest[];
  /** For the next requests whose path fits, one each. */
  next(path: RegExp, ...weather: Weather[]): void;
  /** For every request whose path fits. */
  always(path: RegExp, weather: Weather): void;
  /** Refuses new connections; an answer that is under way ends its own. */
  stopListening(): void;
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

export interface WeatherOptions {
  /** An address of the server behind: whatever meets no weather goes there. */
  upstream?: string;
  tls?: ServerOptions;
}

interface Planned {
  path: RegExp;
  weather: Weather;
  once: boolean;
}

/** Starts a server on 127.0.0.1 that stands before another one and makes the weather that a test asks for. */
export async function startWeatherServer({ upstream, tls }: WeatherOptions = {}): Promise<WeatherServer> {
  const requests: SeenRequest[] = [];
  const planned: Planned[] = [];

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = incoming;
    const index = planned.findIndex((candidate) => candidate.path.test(path));
    const plan = planned[index];
    if (plan?.once) planned.splice(index, 1);
    const weather = plan?.weather;
    const request = { method, path, headers, body: await text(incoming) };
    requests.push(request);
    const happening = typeof weather === 'function' ? await weather(request) : weather;
    if (happening === undefined) await forward(request, upstream, response);
    else make(happening, response);
  }

  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    serve(incoming, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(onRequest) : createSecureServer(tls, onRequest);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const { port } = address;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    requestsTo: (path) => requests.filter((request) => path.test(request.path)),
    next: (path, ...weathers) => planned.push(...weathers.map((weather) => ({ path, weather, once: true }))),
    always: (path, weather) => planned.push({ path, weather, once: false }),
    stopListening: () => server.close(),
    async listenAgain() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      server.closeAllConnections();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function make(happening: Happening, response: ServerResponse): void {
  if (happening === 'silence') return;
  if (happening === 'reset') {
    response.socket?.resetAndDestroy();
  } else if (happening === 'cut-off') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"jobId":"j', () => response.socket?.destroy());
  } else {
    const { status = 200, headers = {}, body = '' } = happening;
    response.writeHead(status, headers).end(body);
  }
}

async function forward(request: SeenRequest, upstream: string | undefined, response: ServerResponse): Promise<void> {
  if (upstream === undefined) {
    response.writeHead(404).end();
    return;
  }
  const answer = await askUpstream(request, upstream);
  const { connection: _theirs, ...given } = answer.headers;
  response.writeHead(answer.statusCode ?? 0, given);
  // An answer that breaks off there breaks off here.
  await pipeline(answer, response);
}

/** Asks the server behind what was asked here. */
export async function askUpstream(
  { method, path, headers, body }: SeenRequest,
  upstream: string,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(upstream);
  const { connection: _own, ...passedOn } = headers;
  const outgoing = httpRequest({ hostname, port, path, method, headers: passedOn, agent: false });
  outgoing.end(body);
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  if (answer === undefined) throw new Error('no answer from the server behind');
  return answer;
}

/** A JSON answer with HTTP 200. */
export function jsonAnswer(value: unknown): Answer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** A page where an answer should be: a login page or a proxy's own words. */
export function htmlAnswer(status = 200): Answer {
  return { status, headers: { 'content-type': 'text/html' }, body: '<html><body>Please sign in</body></html>' };
}
