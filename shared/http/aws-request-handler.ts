import { Readable } from 'node:stream';
import { secureConnector } from './tls.ts';
import { Agent, requestWith } from './undici.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;

/** What the AWS SDK hands over: signed, its query already in the path or empty as in all of AWS's JSON protocol. */
interface AwsRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  method: 'POST' | 'GET' | 'HEAD';
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

interface Options {
  /** To one server. */
  connections: number;
  /** The body of an answer is a stream, as S3's client wants it; else bytes. */
  streams?: boolean;
}

/** The handler of all clients but S3's: they call one thing after the other. */
export const awsRequestHandler = awsRequestHandlerOf({ connections: 1 });

/**
 * Sends the AWS SDK's requests through undici: a function loads and warms one HTTP client, not two, which takes 5 % off
 * a cold operation. Every failure of the connection is a TimeoutError, the name that the SDK's own retries go by.
 */
export function awsRequestHandlerOf({ connections, streams = false }: Options) {
  let agent: Agent | undefined;
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ protocol, hostname, port, path, query, method, headers, body }: AwsRequest) {
      agent ??= new Agent({
        allowH2: false,
        connect: secureConnector({}),
        connections,
        keepAliveTimeout: KEEP_ALIVE_MS,
      });
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      try {
        const answer = await requestWith.call(agent, {
          origin,
          path: `${path}${queryText(query)}`,
          method,
          headers,
          body: body ?? null,
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        });
        const bytes = await answer.body.bytes();
        const content = streams ? Readable.from([bytes]) : bytes;
        return { response: { statusCode: answer.statusCode, headers: answer.headers, body: content } };
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw Object.assign(new Error(`${method} ${origin}: ${reason}`, { cause }), { name: 'TimeoutError' });
      }
    },
    updateHttpClientConfig() {
      // Nothing of it can be changed.
    },
    httpHandlerConfigs: () => ({}),
  };
}

/** S3's client leaves its own beside the path. */
function queryText(query: AwsRequest['query'] = {}): string {
  const text = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== null) text.append(key, String(value));
  return text.size === 0 ? '' : `?${text}`;
}
