import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Options {
  maxAttempts: number;
  backoff: { setDelayBase(): void; computeNextBackoffDelay(): number };
}

/** Sends a request, or does not. */
export type Around = (method: string, send: () => Promise<object>) => Promise<object>;

interface Handler {
  handle: (request: { method: string }, options?: object) => Promise<object>;
}

interface Config {
  serviceId: string;
  requestHandler: Handler;
  maxAttempts: () => Promise<number>;
  retryStrategy: () => Promise<{ constructor: new (options: Options) => object }>;
}

interface Client {
  config: Config;
}

/** What all clients of the AWS SDK have in common. */
const anyClient: { send: (this: Client, ...call: unknown[]) => unknown } = Object.getPrototypeOf(
  DynamoDBClient.prototype,
);
const { send } = anyClient;
const known = new WeakMap<Client, number>();
let cell = 0;
let aroundS3: Around = (_method, request) => request();

const NO_PAUSE: Options['backoff'] = { setDelayBase: () => undefined, computeNextBackoffDelay: () => 0 };

/**
 * Begins a cell: each client of the SDK in this process is as new. It repeats a call as often as it does in AWS and for
 * the same errors, but two things differ. It does not pause before: that is up to three seconds for a throttled call,
 * in which the virtual clock stands still anyway. And what it may still repeat is counted anew in each cell, as
 * in a new environment of a function; else what a cell meets would depend on those before it.
 *
 * @param ofS3 stands before each request to S3
 */
export function renewClients(ofS3: Around): void {
  cell += 1;
  aroundS3 = ofS3;
  anyClient.send = function (...call) {
    if (known.get(this) === undefined && this.config.serviceId === 'S3') standBefore(this.config);
    if (known.get(this) !== cell) renew(this.config);
    known.set(this, cell);
    return send.apply(this, call);
  };
}

function renew(config: Config): void {
  const { retryStrategy: before, maxAttempts } = config;
  let kept: Promise<object> | undefined;
  const made = async () => {
    const { constructor: Strategy } = await before();
    return new Strategy({ maxAttempts: await maxAttempts(), backoff: NO_PAUSE });
  };
  Object.assign(config, { retryStrategy: () => (kept ??= made()) });
}

/** Calls of S3 have no header that names them, and their answers are streams. */
function standBefore(config: Config): void {
  const { requestHandler } = config;
  const handle: Handler['handle'] = (request, options) =>
    aroundS3(request.method, () => requestHandler.handle(request, options));
  config.requestHandler = Object.assign(Object.create(requestHandler), { handle });
}
