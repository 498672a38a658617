import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Exchange } from './fault-proxy.ts';

/** What a client can tell of a call that met a fault; what becomes of the call follows from this alone. */
export type Seen =
  | 'no connection'
  | 'certificate not trusted'
  | 'no TLS'
  | 'no whole answer'
  | 'refused before any work'
  | 'gateway without an answer'
  | 'failure without a word of its own'
  | 'refusal without a code'
  | 'redirect'
  | 'undocumented answer'
  | 'shortened answer'
  | 'compressed answer'
  | 'token refused'
  | 'credentials refused';

/** Where a fault happens: while the name is looked up, while the connection is made, or to the request. */
export type Place = 'lookup' | 'listener' | 'connection' | 'request';

interface FaultFacts {
  name: string;
  what: string;
  seen: Seen;
  /** Whether the server behind does the work all the same. */
  works?: boolean;
}

export interface ConnectionFault extends FaultFacts {
  place: 'lookup' | 'silent lookup' | 'listener' | 'accept' | 'certificate' | 'no certificate';
  /** Which certificate makes this fault, and what the target's secret trusts. */
  trusts?: 'the usual CA alone' | 'the wrong certificate too';
}

export interface RequestFault extends FaultFacts {
  place: 'request';
  happen: (exchange: Exchange) => Promise<unknown> | unknown;
}

export type Fault = ConnectionFault | RequestFault;

/** Planted where nothing of it may come out again. */
export const PLANTED = { body: 'planted-in-the-body', query: 'planted-in-the-query' };

const HUGE_BYTES = 200_000_000;
const CHUNK = Buffer.alloc(65_536, ' ');
const DRIPS = 700;
const PAGE = `<html><body>Please sign in ${PLANTED.body}</body></html>`;

const json = (exchange: Exchange, status: number, value: object) =>
  exchange.response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ...value, more: PLANTED.body }));
const page = (status: number) => (exchange: Exchange) =>
  exchange.response.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);
const reset = ({ incoming }: Exchange) => incoming.socket.resetAndDestroy();

function afterReading(end: (exchange: Exchange) => void) {
  return async (exchange: Exchange) => {
    await exchange.read();
    end(exchange);
  };
}

function afterWork(end: (exchange: Exchange) => void) {
  return async (exchange: Exchange) => {
    await exchange.forward();
    end(exchange);
  };
}

/** The server's own answer, or an empty object where it has no body. */
async function ownAnswer(exchange: Exchange) {
  const answer = await exchange.forward();
  const { 'content-length': _length, 'transfer-encoding': _coding, connection: _theirs, ...headers } = answer.headers;
  if (answer.body.length > 0) return { ...answer, headers };
  return { ...answer, headers, status: 200, body: Buffer.from('{}') };
}

async function drip({ response, time, pause }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let seconds = 0; seconds < DRIPS && !response.destroyed; seconds += 1) {
    response.write(' ');
    await pause();
    if (!response.destroyed) time.pass(1000);
  }
}

async function sendHuge({ response, count }: Exchange): Promise<void> {
  const gone = once(response, 'close');
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let sent = 0; sent < HUGE_BYTES && !response.destroyed; sent += CHUNK.length) {
    count(CHUNK.length);
    if (response.write(CHUNK)) continue;
    await Promise.race([once(response, 'drain'), gone]);
  }
  response.end();
}

const REFUSALS = {
  arcgis: (code: number) => (exchange: Exchange) =>
    json(exchange, 200, { error: { code, message: 'No.', details: [] } }),
  microstrategy: (code: string) => (exchange: Exchange) => json(exchange, 401, { code, message: 'No.' }),
};

function refusal(arcgisCode: number, microstrategyCode: string) {
  return (exchange: Exchange) =>
    exchange.vendor === 'arcgis'
      ? REFUSALS.arcgis(arcgisCode)(exchange)
      : REFUSALS.microstrategy(microstrategyCode)(exchange);
}

/** Every fault that is put before a vendor. */
export const faults: readonly Fault[] = [
  { name: 'dns', what: 'the host name is not found', place: 'lookup', seen: 'no connection' },
  { name: 'connect-hang', what: 'no connection comes about', place: 'silent lookup', seen: 'no connection' },
  { name: 'refused', what: 'nobody listens', place: 'listener', seen: 'no connection' },
  {
    name: 'tls-untrusted',
    what: 'a certificate of an unknown issuer',
    place: 'certificate',
    trusts: 'the usual CA alone',
    seen: 'certificate not trusted',
  },
  {
    name: 'tls-host',
    what: 'a trusted certificate of another host',
    place: 'certificate',
    trusts: 'the wrong certificate too',
    seen: 'certificate not trusted',
  },
  { name: 'tls-none', what: 'plain HTTP on an https port', place: 'no certificate', seen: 'no TLS' },
  { name: 'reset-before', what: 'reset before the request is read', place: 'accept', seen: 'no whole answer' },
  {
    name: 'reset-during',
    what: 'reset before its body is read',
    place: 'request',
    seen: 'no whole answer',
    happen: reset,
  },
  {
    name: 'reset-after',
    what: 'reset after the request, nothing done',
    place: 'request',
    seen: 'no whole answer',
    happen: afterReading(reset),
  },
  {
    name: 'reset-done',
    what: 'reset after the work, before the answer',
    place: 'request',
    seen: 'no whole answer',
    works: true,
    happen: afterWork(reset),
  },
  {
    name: 'hang',
    what: 'no answer, nothing done',
    place: 'request',
    seen: 'no whole answer',
    happen: afterReading(({ hang }) => hang()),
  },
  {
    name: 'hang-done',
    what: 'no answer after the work',
    place: 'request',
    seen: 'no whole answer',
    works: true,
    happen: afterWork(({ hang }) => hang()),
  },
  { name: 'drip', what: 'an answer of one byte a second', place: 'request', seen: 'no whole answer', happen: drip },
  {
    name: 'cut-off',
    what: 'the answer breaks off half-way',
    place: 'request',
    seen: 'no whole answer',
    works: true,
    happen: async (exchange) => {
      const { response } = exchange;
      const { status, headers, body } = await ownAnswer(exchange);
      response.writeHead(status, { ...headers, 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
    },
  },
  {
    name: 'length-long',
    what: 'content-length of more than there is',
    place: 'request',
    seen: 'no whole answer',
    works: true,
    happen: async (exchange) => {
      const { response } = exchange;
      const { status, headers, body } = await ownAnswer(exchange);
      response.writeHead(status, { ...headers, 'content-length': body.length + 100 });
      response.write(body, () => response.socket?.end());
    },
  },
  {
    name: 'length-short',
    what: 'content-length of less than there is',
    place: 'request',
    seen: 'shortened answer',
    works: true,
    happen: async (exchange) => {
      const { status, headers, body } = await ownAnswer(exchange);
      exchange.response.writeHead(status, { ...headers, 'content-length': Math.floor(body.length / 2) }).end(body);
    },
  },
  {
    name: 'gzip',
    what: 'a compressed answer that nobody asked for',
    place: 'request',
    seen: 'compressed answer',
    works: true,
    happen: async (exchange) => {
      const { status, headers, body } = await exchange.forward();
      const compressed = body.length === 0 ? body : gzipSync(body);
      const { 'content-length': _length, 'transfer-encoding': _coding, connection: _theirs, ...rest } = headers;
      exchange.response.writeHead(status, { ...rest, 'content-encoding': 'gzip' }).end(compressed);
    },
  },
  { name: '200 MB', what: 'an answer of 200 MB', place: 'request', seen: 'undocumented answer', happen: sendHuge },
  {
    name: 'html',
    what: 'a login page with HTTP 200',
    place: 'request',
    seen: 'undocumented answer',
    happen: page(200),
  },
  {
    name: 'redirect',
    what: 'HTTP 307 to another server',
    place: 'request',
    seen: 'redirect',
    happen: ({ response, elsewhere }) =>
      response.writeHead(307, { location: `${elsewhere}/?${PLANTED.query}` }).end(PLANTED.body),
  },
  { name: '429', what: 'HTTP 429', place: 'request', seen: 'refused before any work', happen: page(429) },
  {
    name: '500',
    what: 'a page with HTTP 500',
    place: 'request',
    seen: 'failure without a word of its own',
    happen: page(500),
  },
  {
    name: '500-done',
    what: "a gateway's JSON with HTTP 500, after the work",
    place: 'request',
    seen: 'failure without a word of its own',
    works: true,
    happen: afterWork((exchange) => json(exchange, 500, { status: 500, error: 'Internal Server Error' })),
  },
  {
    name: 'no-code',
    what: 'an error without a code with HTTP 200',
    place: 'request',
    seen: 'refusal without a code',
    happen: (exchange) => json(exchange, 200, { error: 'Internal Server Error' }),
  },
  { name: '502', what: 'HTTP 502', place: 'request', seen: 'gateway without an answer', happen: page(502) },
  { name: '503', what: 'HTTP 503', place: 'request', seen: 'refused before any work', happen: page(503) },
  { name: '504', what: 'HTTP 504', place: 'request', seen: 'gateway without an answer', happen: page(504) },
  {
    name: 'token-refused',
    what: 'code 498; or HTTP 401 with ERR009',
    place: 'request',
    seen: 'token refused',
    happen: refusal(498, 'ERR009'),
  },
  {
    name: 'token-missing',
    what: 'code 499; or HTTP 401 alone',
    place: 'request',
    seen: 'token refused',
    happen: (exchange) => (exchange.vendor === 'arcgis' ? refusal(499, '')(exchange) : page(401)(exchange)),
  },
  {
    name: 'credentials',
    what: 'code 401; or HTTP 401 with ERR003',
    place: 'request',
    seen: 'credentials refused',
    happen: refusal(401, 'ERR003'),
  },
];

/** The fault of a name. */
export function faultNamed(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}
