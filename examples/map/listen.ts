/** The outputs of the stack that a page needs. */
export interface Events {
  /** `ClientsHttpEndpoint` */
  http: string;
  /** `ClientsWebSocketEndpoint` */
  websocket: string;
  /** `ClientsApiKey`: it may only listen, so it is no secret. */
  key: string;
}

/** What the event `Tiles Renewed` says, and more. */
export interface Renewed {
  renewedAt: string;
}

interface Listener {
  /** A connection has been made and the channel is listened to. */
  listening(): void;
  told(renewed: Renewed): void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Listens to a channel of an AppSync Events API for as long as the page is open. AppSync ends every connection after 24
 * hours, and one without a word for `connectionTimeoutMs` is dead: a new one is made then, after a pause that grows
 * ("Understanding the Event API WebSocket protocol", AWS AppSync Events developer guide). Gives what ends it.
 */
export function listen(events: Events, channel: string, listener: Listener): () => void {
  let pauseMs = FIRST_PAUSE_MS;
  let isOver = false;
  let socket: WebSocket;
  let next: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    socket = connect(events, channel, {
      ...listener,
      listening() {
        pauseMs = FIRST_PAUSE_MS;
        listener.listening();
      },
      ended() {
        if (isOver) return;
        next = setTimeout(again, pauseMs * (0.5 + Math.random() / 2));
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      },
    });
  };
  again();
  return () => {
    isOver = true;
    clearTimeout(next);
    socket.close();
  };
}

function connect(events: Events, channel: string, listener: Listener & { ended(): void }): WebSocket {
  const authorization = { host: new URL(events.http).host, 'x-api-key': events.key };
  const socket = new WebSocket(events.websocket, ['aws-appsync-event-ws', `header-${base64Url(authorization)}`]);
  let silenceMs = LONGEST_PAUSE_MS;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heed: Record<string, (message: { connectionTimeoutMs: number; event: string | string[] }) => void> = {
    connection_ack({ connectionTimeoutMs }) {
      silenceMs = connectionTimeoutMs;
      socket.send(JSON.stringify({ type: 'subscribe', id: crypto.randomUUID(), channel, authorization }));
    },
    subscribe_success: () => listener.listening(),
    subscribe_error: () => socket.close(),
    data({ event }) {
      // The guide shows a list of texts, clients of AWS read one text: both are understood.
      for (const text of [event].flat()) listener.told(JSON.parse(text));
    },
  };
  socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init' }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    heed[message.type]?.(message);
    clearTimeout(silence);
    silence = setTimeout(() => socket.close(), silenceMs);
  };
  socket.onclose = () => {
    clearTimeout(silence);
    listener.ended();
  };
  return socket;
}

function base64Url(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
