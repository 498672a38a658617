import { once } from 'node:events';
import type { EventApi } from '../../local/event-api.ts';

type Message = Record<string, unknown> & { type: string };

/** A map client as a browser is one: Node.js' own WebSocket, and the protocol of AppSync Events. */
export interface EventClient extends Disposable {
  messages: Message[];
  /** Sends a message and waits for the next one of a type. */
  ask(message: object, type: string): Promise<Message>;
  /** Listens to a channel; gives what is said on it from then on. */
  listen(channel: string): Promise<unknown[]>;
}

/** @throws Error where the connection is refused */
export async function connect(
  { url, realtimeUrl, apiKey }: EventApi,
  { key = apiKey, host = new URL(url).host, protocol = 'aws-appsync-event-ws' } = {},
): Promise<EventClient> {
  const header = Buffer.from(JSON.stringify({ host, 'x-api-key': key })).toString('base64url');
  const socket = new WebSocket(realtimeUrl, [protocol, `header-${header}`]);
  const messages: Message[] = [];
  const waiting = new Set<(message: Message) => void>();
  const heard = new Map<string, unknown[]>();
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(data);
    messages.push(message);
    if (message.type === 'data') heard.get(String(message['id']))?.push(eventIn(message));
    for (const look of waiting) look(message);
  });
  const opened = Promise.race([
    once(socket, 'open'),
    once(socket, 'error').then(() => {
      throw new Error('the connection was refused');
    }),
  ]);
  await opened;
  const ask: EventClient['ask'] = (message, type) => {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const look = (answer: Message) => {
      const isOther = answer.type !== type && !/error$/.test(answer.type);
      if (isOther) return;
      waiting.delete(look);
      if (answer.type === type) resolve(answer);
      else reject(new Error(JSON.stringify(answer)));
    };
    waiting.add(look);
    socket.send(JSON.stringify(message));
    return promise;
  };
  return {
    messages,
    ask,
    async listen(channel) {
      const id = `of-${heard.size}`;
      const events: unknown[] = [];
      heard.set(id, events);
      await ask({ type: 'subscribe', id, channel, authorization: { 'x-api-key': key, host } }, 'subscribe_success');
      return events;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** A list of texts, as the developer guide has it, or one text, as AWS' own clients read it. */
function eventIn({ event }: Message): unknown {
  return JSON.parse(String(Array.isArray(event) ? event[0] : event));
}
