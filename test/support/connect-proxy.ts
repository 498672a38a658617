import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

export interface ConnectProxy {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly origin: string;
  /** Host and port, as errors name it. */
  readonly place: string;
  /** What every CONNECT asked for, and how it signed in. */
  readonly asked: { to: string; authorization: string | undefined }[];
  /** The client certificate that came with each CONNECT over TLS. */
  readonly certificates: object[];
  /** How many tunnels were opened. */
  readonly opened: number;
  /** Every other request: there should be none. */
  readonly others: string[];
  /** Waits until nobody is connected. */
  idle(): Promise<void>;
  /** Answers the next CONNECTs with these, one each. */
  next(...answers: ProxyAnswer[]): void;
  close(): Promise<void>;
}

/** A status and nothing else; no answer, an end, or what no proxy says. */
type ProxyAnswer = number | 'silence' | 'close' | 'nonsense';

interface ProxyOptions {
  /** Host and port that may be connected to; all of them unless told. */
  allow?: string[];
  /** For every CONNECT. */
  answer?: ProxyAnswer;
  /** `user:password` that is asked for. */
  credentials?: string;
  tls?: ServerOptions;
}

/** Starts a proxy on 127.0.0.1 that knows CONNECT alone. */
export async function startConnectProxy(options: ProxyOptions = {}): Promise<ConnectProxy> {
  const { allow, credentials, tls } = options;
  const planned: ProxyAnswer[] = [];
  const asked: ConnectProxy['asked'] = [];
  const certificates: object[] = [];
  const others: string[] = [];
  const sockets = new Set<Duplex>();
  let opened = 0;
  const server = tls === undefined ? createServer() : createSecureServer(tls);

  function answerTo(to: string, authorization: string | undefined): ProxyAnswer {
    const answer = planned.shift() ?? options.answer;
    if (answer !== undefined) return answer;
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (authorization !== wanted) return 407;
    return allow === undefined || allow.includes(to) ? 200 : 403;
  }

  server.on('request', (request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on('connect', ({ url: to = '', headers }: IncomingMessage, socket: Duplex) => {
    const authorization = headers['proxy-authorization'];
    asked.push({ to, authorization });
    if (socket instanceof TLSSocket) certificates.push(socket.getPeerCertificate());
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    const answer = answerTo(to, authorization);
    if (answer === 'close') socket.destroy();
    if (answer === 'nonsense') socket.end('220 mail.example.org ESMTP\r\n');
    if (typeof answer === 'number' && answer !== 200)
      socket.end(`HTTP/1.1 ${answer} No\r\nproxy-authenticate: Basic\r\ncontent-length: 2\r\n\r\nno`);
    if (answer !== 200) return;
    opened += 1;
    const { hostname, port } = new URL(`http://${to}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const place = `127.0.0.1:${address.port}`;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${place}`,
    place,
    asked,
    certificates,
    others,
    get opened() {
      return opened;
    },
    async idle() {
      for (const socket of sockets) await once(socket, 'close');
    },
    next: (...answers) => planned.push(...answers),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
