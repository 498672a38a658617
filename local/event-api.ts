import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { hears, partsOf } from './event-api-channels.ts';
import { type Answer, EventApiClients, refusalOf } from './event-api-clients.ts';
import { isSigned } from './signature.ts';
import type { EventApiResource } from './template.ts';

const requestSchema = z.object({ channel: z.string(), events: z.array(z.string()).min(1).max(5) });
const MAX_EVENT_BYTES = 240 * 1024;

interface PublishedEvent {
  channel: string;
  event: unknown;
}

/** An AppSync Events API on a loopback port: published to by HTTP, listened to by WebSocket. */
export interface EventApi {
  /** Where is published. */
  url: string;
  /** Where clients listen. */
  realtimeUrl: string;
  /** What may only listen. */
  apiKey: string;
  published: readonly PublishedEvent[];
  /** What every publish is answered by; undefined: as it should be. */
  trouble: Answer | undefined;
  /** Ends every connection, as AppSync does after 24 hours. */
  hangUp(): void;
  close(): Promise<void>;
}

interface Options {
  /** @defaultValue 60, as AppSync does */
  keepAliveSeconds?: number;
  /**
   * How an event stands in a message: the developer guide shows a list of texts, and clients of AWS read one text.
   *
   * @defaultValue as in the guide
   */
  eventAs?: 'list' | 'text';
}

/** Starts the API of a stack, with the namespaces, ways to be let in and keys of its template. */
export async function startEventApi(resource: EventApiResource, options: Options = {}): Promise<EventApi> {
  const published: PublishedEvent[] = [];
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const clients = new EventApiClients(resource, options);
  server.on('upgrade', (request, socket, head) => clients.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { status, reply } = api.trouble ?? publish(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }

  function publish({ method = '', url = '', headers }: IncomingMessage, body: string): Answer {
    if (method !== 'POST' || url !== '/event') return refusalOf(404, 'NotFoundException', 'Not found.');
    const isKey = resource.apiKeys.includes(String(headers['x-api-key']));
    const isIam = isSigned({ method, path: url, headers, body }, 'appsync');
    const modes = [...(isKey ? ['API_KEY'] : []), ...(isIam ? ['AWS_IAM'] : [])];
    const parsed = requestSchema.safeParse(parseJson(body));
    const parts = partsOf(parsed.data?.channel);
    if (!parsed.success || parts === undefined || !parsed.data.events.every(isEvent)) {
      return refusalOf(400, 'BadRequestException', 'Bad Request');
    }
    const namespace = resource.namespaces.find(({ name }) => name === parts[0]);
    // One answer for both: AppSync does not document what it says where there is no such namespace.
    if (!modes.some((mode) => namespace?.publish.includes(mode))) {
      return refusalOf(401, 'UnauthorizedException', 'You are not authorized to make this call.');
    }
    const { channel, events } = parsed.data;
    for (const event of events) {
      published.push({ channel, event: JSON.parse(event) });
      clients.tell((listening) => hears(listening, parts), event);
    }
    const successful = events.map((_, index) => ({ identifier: randomUUID(), index }));
    return { status: 200, reply: { successful, failed: [] } };
  }

  const api: EventApi = {
    url: `http://127.0.0.1:${address.port}/event`,
    realtimeUrl: `ws://127.0.0.1:${address.port}/event/realtime`,
    apiKey: resource.apiKeys[0] ?? '',
    published,
    trouble: undefined,
    hangUp: () => clients.hangUp(),
    async close() {
      clients.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return api;
}

function isEvent(event: string): boolean {
  return parseJson(event) !== undefined && Buffer.byteLength(event) <= MAX_EVENT_BYTES;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
