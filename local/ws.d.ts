declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  /** What is used of it here. */
  export class WebSocket extends EventEmitter {
    send(data: string): void;
    close(code?: number): void;
    terminate(): void;
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: 'close', listener: () => void): this;
  }

  interface Options {
    noServer: true;
    /** Which of the protocols that a client offers is taken. */
    handleProtocols?: (protocols: Set<string>) => string | false;
    /** Bytes; a client that sends more is cut off. */
    maxPayload?: number;
  }

  export class WebSocketServer {
    constructor(options: Options);
    readonly clients: Set<WebSocket>;
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, callback: (client: WebSocket) => void): void;
    close(): void;
  }
}
