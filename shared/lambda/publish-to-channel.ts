import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { AwsUnavailableError } from '../errors.ts';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { environment } from './environment.ts';

const MAX_REASON_CHARACTERS = 500;

const answerSchema = z.looseObject({
  /** Events that were not published. */
  failed: z._default(z.array(z.unknown()), []),
  errors: z._default(
    z.array(z.looseObject({ errorType: z.optional(z.string()), message: z.optional(z.string()) })),
    [],
  ),
});

/**
 * Publishes one event on a channel of the stack's AppSync Events API, signed for IAM: a POST of `{channel, events}` to
 * `/event`, each event a text of JSON of 240 KB at most ("Publish events via HTTP", AWS AppSync Events developer guide).
 * The service is called `appsync` in the signature. May be repeated: who listens hears it again.
 *
 * @throws AwsUnavailableError where AppSync does not answer, or cannot take it now
 * @throws Error with AppSync's own name of the error where it refuses it
 */
export async function publishToChannel(channel: string, event: object): Promise<void> {
  const { EVENTS_URL, EVENTS_REGION } = environment('EVENTS_URL', 'EVENTS_REGION');
  const { protocol, host, hostname, port, pathname: path } = new URL(EVENTS_URL);
  const request = {
    method: 'POST' as const,
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path,
    query: {},
    headers: { host, 'content-type': 'application/json' },
    body: JSON.stringify({ channel, events: [JSON.stringify(event)] }),
  };
  const signer = new SignatureV4({ service: 'appsync', region: EVENTS_REGION, credentials: fromEnv(), sha256: Sha256 });
  const { headers } = await signer.sign(request);
  const { response } = await awsRequestHandler.handle({ ...request, headers }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AwsUnavailableError(`AppSync did not answer when ${channel} was to be told: ${reason}`, { cause });
  });
  const { statusCode, body } = response;
  check(channel, statusCode, body instanceof Uint8Array ? new TextDecoder().decode(body) : '');
}

function check(channel: string, status: number, body: string): void {
  const { failed, errors } = answerSchema.safeParse(parsed(body)).data ?? { failed: [], errors: [] };
  const isTaken = status === 200 && failed.length === 0 && errors.length === 0;
  if (isTaken) return;
  const [{ errorType: name = `HTTP ${status}`, message = '' } = {}] = errors;
  const reason = `${name} ${message || body}`.slice(0, MAX_REASON_CHARACTERS);
  const isRefused = status >= 400 && status < 500 && status !== 429;
  if (!isRefused) throw new AwsUnavailableError(`AppSync did not tell ${channel}: ${reason}`);
  throw Object.assign(new Error(`AppSync refused to tell ${channel}: ${reason}`), { name });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
