// The package has types for its own entry only: these are the same, for the files that `undici.ts` loads.
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';

  export = Agent;
}
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';

  export = buildConnector;
}
declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(this: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  export = request;
}
declare module 'undici/lib/api/api-connect.js' {
  import type { Socket } from 'node:net';
  import type { Dispatcher } from 'undici';

  /** Over HTTP/1.1, where what is left after the answer is the connection itself. */
  function connect(
    this: Dispatcher,
    options: Dispatcher.ConnectOptions & { origin: string },
  ): Promise<{ statusCode: number; socket: Socket }>;
  export = connect;
}
