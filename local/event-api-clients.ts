import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { partsOf } from './event-api-channels.ts';
import type { EventApiResource } from './template.ts';

/** How a request is answered. */
export interface Answer {
  status: number;
  reply: object;
}

export function refusalOf(status: number, errorType: string, message: string): Answer {
  return { status, reply: { errors: [{ errorType, message }] } };
}

interface Options {
  keepAliveSeconds?: number;
  eventAs?: 'list' | 'text';
}

const PROTOCOL = 'aws-appsync-event-ws';
const CONNECTION_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_SECONDS = 60;
const MAX_MESSAGE_BYTES = 250_000;
const UNAUTHORIZED = { errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' };

const authorizationSchema = z.looseObject({ host: z.string().optional(), 'x-api-key': z.string().optional() });
const messageSchema = z.looseObject({
  type: z.string(),
  id: z
    .string()
    .regex(/^[a-zA-Z0-9-_+]{1,128}$/)
    .optional(),
  channel: z.unknown().optional(),
  authorization: authorizationSchema.default({}),
});
type Message = z.output<typeof messageSchema>;

/** The subscriptions of one connection: the parts of each one's channel, by its id. */
type Subscriptions = Map<string, string[]>;

/**
 * Who listens to an AppSync Events API, as "Understanding the Event API WebSocket protocol" has it (AWS AppSync Events
 * developer guide). Keys alone are let in; how AppSync refuses a handshake is not documented, here it is HTTP 401.
 */
export class EventApiClients {
  readonly #resource: EventApiResource;
  readonly #options: Options;
  readonly #server = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => protocols.has(PROTOCOL) && PROTOCOL,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  readonly #subscriptions = new Map<WebSocket, Subscriptions>();

  constructor(resource: EventApiResource, options: Options) {
    this.#resource = resource;
    this.#options = options;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const protocols = String(request.headers['sec-websocket-protocol'] ?? '').split(/, */);
    const header = protocols.find((protocol) => protocol.startsWith('header-'))?.slice('header-'.length) ?? '';
    const { host, 'x-api-key': key } = authorizationSchema.safeParse(jsonOf(header, 'base64url')).data ?? {};
    const isLetIn =
      request.url === '/event/realtime' &&
      protocols.includes(PROTOCOL) &&
      host === request.headers.host &&
      this.#isLetIn(key, this.#resource.connect);
    if (isLetIn) this.#server.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
    else
      socket.end('HTTP/1.1 401 Unauthorized\r\nx-amzn-errortype: UnauthorizedException\r\nconnection: close\r\n\r\n');
  }

  /** Sends an event, which is a text of JSON, to every subscription that hears it. */
  tell(isHeard: (listening: readonly string[]) => boolean, event: string): void {
    for (const [client, subscriptions] of this.#subscriptions) {
      for (const [id, listening] of subscriptions) {
        if (isHeard(listening)) say(client, 'data', { id, event: this.#options.eventAs === 'text' ? event : [event] });
      }
    }
  }

  hangUp(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
  }

  #welcome(client: WebSocket): void {
    const subscriptions: Subscriptions = new Map();
    this.#subscriptions.set(client, subscriptions);
    const seconds = this.#options.keepAliveSeconds ?? KEEP_ALIVE_SECONDS;
    const timer = setInterval(() => say(client, 'ka'), seconds * 1000).unref();
    client.on('close', () => {
      clearInterval(timer);
      this.#subscriptions.delete(client);
    });
    client.on('message', (data) => {
      const parsed = messageSchema.safeParse(jsonOf(data.toString(), 'utf8'));
      if (parsed.success) this.#heed(client, subscriptions, parsed.data);
      else say(client, 'error', { errors: [{ errorType: 'BadRequestException', message: 'Bad Request' }] });
    });
  }

  #heed(client: WebSocket, subscriptions: Subscriptions, message: Message): void {
    const { type, id = '' } = message;
    if (type === 'connection_init') {
      say(client, 'connection_ack', { connectionTimeoutMs: CONNECTION_TIMEOUT_MS });
      say(client, 'ka');
    } else if (type === 'subscribe') {
      const error = this.#subscribe(subscriptions, id, message);
      say(client, error ? 'subscribe_error' : 'subscribe_success', { id, ...(error && { errors: [error] }) });
    } else if (type === 'unsubscribe') {
      const error = !subscriptions.delete(id) && {
        errorType: 'UnknownOperationError',
        message: `Unknown operation id ${id}`,
      };
      say(client, error ? 'unsubscribe_error' : 'unsubscribe_success', { id, ...(error && { errors: [error] }) });
    } else if (type === 'publish') {
      // A key may not, and nobody signs messages here.
      say(client, 'publish_error', { id, errors: [UNAUTHORIZED] });
    } else {
      say(client, 'error', { id, errors: [{ errorType: 'UnsupportedOperation', message: `unknown type ${type}` }] });
    }
  }

  #subscribe(subscriptions: Subscriptions, id: string, { channel, authorization }: Message) {
    const parts = partsOf(channel, { wildcard: true });
    const namespace = this.#resource.namespaces.find(({ name }) => name === parts?.[0]);
    if (parts === undefined || id === '') return { errorType: 'BadRequestException', message: 'Bad Request' };
    if (!namespace || !this.#isLetIn(authorization['x-api-key'], namespace.subscribe)) return UNAUTHORIZED;
    if (subscriptions.has(id))
      return { errorType: 'DuplicatedOperationError', message: `Duplicated operation id ${id}` };
    subscriptions.set(id, parts);
    return undefined;
  }

  #isLetIn(key: string | undefined, modes: readonly string[]): boolean {
    return key !== undefined && modes.includes('API_KEY') && this.#resource.apiKeys.includes(key);
  }
}

function say(client: WebSocket, type: string, more: object = {}): void {
  client.send(JSON.stringify({ type, ...more }));
}

function jsonOf(text: string, encoding: 'utf8' | 'base64url'): unknown {
  try {
    return JSON.parse(Buffer.from(text, encoding).toString());
  } catch {
    return undefined;
  }
}
