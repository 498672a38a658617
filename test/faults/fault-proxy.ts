import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { askUpstream, type SeenRequest } from '../support/weather-server.ts';
import type { Fault } from './faults.ts';
import { useResolver } from './resolver.ts';
import { turns, type VirtualTime } from './virtual-time.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
/** The CA of the certificate that the proxy shows, and the certificate that it shows as a fault. */
export const CA = fixture('ca.pem');
export const WRONG_CERTIFICATE = fixture('elsewhere.pem');

/** A fault at the n-th request, or at every request of its kind from the n-th on. */
export interface Plan {
  fault: Fault;
  call: number;
  duration: 'once' | 'for ever';
}

export interface Upstream {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request that has met a fault, and what can be done to it. */
export interface Exchange {
  vendor: 'arcgis' | 'microstrategy';
  incoming: IncomingMessage;
  response: ServerResponse;
  time: VirtualTime;
  /** An address at which nothing must arrive. */
  elsewhere: string;
  /** Reads the request to its end. */
  read: () => Promise<SeenRequest>;
  /** Has the server behind do the work. */
  forward: () => Promise<Upstream>;
  /** Says nothing until the client has had enough. */
  hang: () => void;
  /** Lets the client take in what was sent. */
  pause: () => Promise<void>;
  /** Counts bytes that are given away. */
  count: (bytes: number) => void;
}

export interface FaultProxy {
  /** `http://localhost:<port>`, or https where the fault needs it. */
  origin: string;
  requests: SeenRequest[];
  /** How often the fault of each plan happened. */
  hits: Map<Plan, number>;
  /** The limits of the requests that were left without an answer, in milliseconds. */
  limits: number[];
  /** After how many seconds connections that did not come about were given up. */
  connectSeconds: number[];
  /** Bytes of an endless answer that were taken. */
  bytes: number;
  close(): Promise<void>;
}

interface Options {
  vendor: Exchange['vendor'];
  upstream: string;
  plans: Plan[];
  time: VirtualTime;
  elsewhere: string;
  /** Requests of one kind, for a fault that is there for ever. */
  kindOf: (request: Pick<SeenRequest, 'method' | 'path'>) => string;
}

const SECURE = ['certificate', 'no certificate'];

/** Stands before an emulator and lets one fault happen, once or for ever; everything else passes. */
export async function startFaultProxy(options: Options): Promise<FaultProxy> {
  const { vendor, upstream, plans, time, elsewhere, kindOf } = options;
  const isSecure = plans.some(({ fault }) => SECURE.includes(fault.place));
  const sockets = new Set<Socket>();
  const proxy: FaultProxy = {
    origin: '',
    requests: [],
    hits: new Map(),
    limits: [],
    connectSeconds: [],
    bytes: 0,
    close,
  };
  let kindAtFault: string | undefined;

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: '' };
    const index = proxy.requests.push(request) - 1;
    const plan = plans.find((each) => each.fault.place === 'request' && isMet(each, index, kindOf(request)));
    // The next request comes over a new connection where that is what goes wrong.
    if (plans.some(({ fault, call }) => fault.place !== 'request' && call === index + 1)) {
      response.setHeader('connection', 'close');
    }
    const exchange: Exchange = {
      vendor,
      incoming,
      response,
      time,
      elsewhere,
      async read() {
        request.body = await text(incoming);
        return request;
      },
      forward: async () => await forward(await exchange.read()),
      hang: () => proxy.limits.push(time.passToLimit()),
      pause: () => turns(),
      count(bytes) {
        proxy.bytes += bytes;
      },
    };
    if (plan?.fault.place === 'request') {
      hit(plan);
      await plan.fault.happen(exchange);
      return;
    }
    const { status, headers: given, body } = await exchange.forward();
    response.writeHead(status, withoutFraming(given)).end(body);
  };

  function hit(plan: Plan): void {
    proxy.hits.set(plan, (proxy.hits.get(plan) ?? 0) + 1);
  }

  function isMet({ call, duration }: Plan, index: number, kind: string): boolean {
    if (index === call) kindAtFault = kind;
    return index === call || (duration === 'for ever' && index > call && kind === kindAtFault);
  }

  /** What the server behind answers, with its addresses made the proxy's. */
  async function forward(request: SeenRequest): Promise<Upstream> {
    const answer = await askUpstream(request, upstream);
    const body = await buffer(answer);
    const isText = /json/.test(answer.headers['content-type'] ?? '');
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: isText ? Buffer.from(body.toString().replaceAll(new URL(upstream).origin, proxy.origin)) : body,
    };
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    serve(incoming, response).catch(() => response.destroy());
  };
  const plain = createServer(listener);
  const secure = lazily(() =>
    createSecureServer({ cert: fixture('server.pem'), key: fixture('server-key.pem') }, listener),
  );
  const wrong = lazily(() =>
    createSecureServer({ cert: WRONG_CERTIFICATE, key: fixture('elsewhere-key.pem') }, listener),
  );

  /** The fault of the connection that is being made, if there is one at this moment. */
  function takeConnectionFault(...places: Fault['place'][]): Fault | undefined {
    const { length } = proxy.requests;
    const plan = plans
      .filter(({ fault }) => places.includes(fault.place))
      .find((each) => (each.duration === 'once' ? length === each.call && !proxy.hits.has(each) : length >= each.call));
    if (plan !== undefined) hit(plan);
    return plan?.fault;
  }

  const front = createTcpServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => undefined));
    const fault = takeConnectionFault('accept', 'certificate', 'no certificate');
    if (fault?.place === 'accept') socket.resetAndDestroy();
    else serverFor(fault).emit('connection', socket);
  });

  function serverFor(fault: Fault | undefined): Pick<Server, 'emit'> {
    if (!isSecure || fault?.place === 'no certificate') return plain;
    return fault?.place === 'certificate' ? wrong() : secure();
  }

  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const { port } = address;
  proxy.origin = `http${isSecure ? 's' : ''}://localhost:${port}`;

  const resolve = async () => {
    const fault = takeConnectionFault('lookup', 'silent lookup', 'listener');
    if (fault?.place === 'lookup') return 'not found';
    if (fault?.place === 'silent lookup') return 'silent';
    if (fault?.place === 'listener') front.close();
    else if (!front.listening) await once(front.listen(port, '127.0.0.1'), 'listening');
    return 'found';
  };
  const resolver = useResolver({ time, resolve, onGivenUp: (seconds) => proxy.connectSeconds.push(seconds) });

  async function close(): Promise<void> {
    resolver.restore();
    for (const socket of sockets) socket.destroy();
    if (!front.listening) return;
    const closed = once(front, 'close');
    front.close();
    await closed;
  }
  return proxy;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function withoutFraming({
  connection: _own,
  'transfer-encoding': _coding,
  'content-length': _length,
  ...rest
}: IncomingHttpHeaders) {
  return rest;
}
