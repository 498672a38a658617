import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { VendorBusyError, VendorContractError, VendorUnreachableError } from '../errors.ts';
import { secureConnector, UntrustedCertificateError } from './tls.ts';
import { Agent, requestWith } from './undici.ts';

const ANSWER_TIMEOUT_SECONDS = 30;
const KEEP_ALIVE_MS = 60_000;
const MAX_ANSWER_BYTES = 5_000_000;

export interface VendorRequest {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long the whole answer may take; 30 s unless told. */
  answerTimeoutSeconds?: number;
}

export interface VendorAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Method, host and path, for messages: never the query or the body. */
  place: string;
}

/** How to reach one vendor server in this invocation. */
export interface Connection {
  /** A private CA in PEM, added to the system's roots. */
  caCertificate?: string | undefined;
  /** Epoch milliseconds: nothing is sent or waited for after it. */
  deadline: number;
}

const agents = new Map<string | undefined, Agent>();

function agentFor(caCertificate: string | undefined): Agent {
  let agent = agents.get(caCertificate);
  if (agent === undefined) {
    agent = new Agent({
      allowH2: false,
      connect: secureConnector(caCertificate),
      // A function asks for one thing at a time. Without this undici opens a second connection for its second request,
      // which comes before the first has quite ended.
      connections: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    agents.set(caCertificate, agent);
  }
  return agent;
}

/**
 * Sends one request, once, and reads the whole answer. No redirect is followed.
 *
 * @throws VendorUnreachableError, VendorBusyError (429, 502, 503, 504), VendorContractError (redirect, over 5 MB)
 */
export async function send(vendorRequest: VendorRequest, connection: Connection): Promise<VendorAnswer> {
  const { method, url, headers = {}, body } = vendorRequest;
  const { origin, host, pathname, search } = new URL(url);
  const place = `${method} ${host}${pathname}`;
  const limitMs = (vendorRequest.answerTimeoutSeconds ?? ANSWER_TIMEOUT_SECONDS) * 1000;
  const timeoutMs = Math.min(limitMs, connection.deadline - Date.now());
  if (timeoutMs <= 0)
    throw new VendorUnreachableError(`${place}: not sent, the time of this run is used up.`, { sent: false });
  let sent = false;
  const bytes = Buffer.from(body ?? '');
  // Undici pulls the body only when the connection is up: the one place that knows whether anything may have left.
  const outgoing = async function* () {
    sent = true;
    yield bytes;
  };
  try {
    const answer = await requestWith.call(agentFor(connection.caCertificate), {
      origin,
      path: pathname + search,
      method,
      headers: {
        // Without it a server may compress as it likes (RFC 9110, 12.5.3); the answers are small.
        'accept-encoding': 'identity',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(bytes.length) }),
      },
      ...(body === undefined ? {} : { body: Readable.from(outgoing()) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    sent = true;
    const text = await answer.body.text();
    return accepted({ status: answer.statusCode, headers: answer.headers, text, place });
  } catch (error) {
    throw namedError(error, { place, sent: sent || body === undefined, timeoutMs });
  }
}

function accepted(answer: VendorAnswer): VendorAnswer {
  const { status, headers, place } = answer;
  if ([429, 502, 503, 504].includes(status)) {
    throw new VendorBusyError(
      `${place} answered HTTP ${status}: the server or what stands before it cannot serve now. Try again later; if it stays so, look at the server and its load balancer.`,
      {
        sent: status === 502 || status === 504,
        retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
      },
    );
  }
  if (status >= 300 && status < 400) {
    throw new VendorContractError(
      `${place} answered HTTP ${status}, a redirect${redirectHost(headers.location)}. Redirects are not followed: put the final address into the target's secret.`,
      { redirect: true },
    );
  }
  return answer;
}

function redirectHost(location: string | undefined): string {
  const url = URL.parse(location ?? '');
  return url === null ? '' : ` to ${url.origin}`;
}

/** RFC 9110: whole seconds or an HTTP date. */
function retryAfterSeconds(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

function namedError(error: unknown, request: { place: string; sent: boolean; timeoutMs: number }): unknown {
  const { place, sent, timeoutMs } = request;
  if (error instanceof VendorBusyError || error instanceof VendorContractError) return error;
  if (error instanceof UntrustedCertificateError) {
    return new VendorUnreachableError(
      `${place}: TLS failed: ${error.message}. The certificate's issuer is "${error.issuer}". ${TLS_NEXT_STEPS[errorCode(error.cause) ?? ''] ?? UNTRUSTED_NEXT_STEP}`,
      { cause: error, sent: false, passing: false },
    );
  }
  const code = errorCode(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new VendorContractError(
      `${place}: the answer is larger than ${MAX_ANSWER_BYTES / 1e6} MB and was not read further. Check that the address in the target's secret leads to the vendor's server.`,
      { tooLarge: true },
    );
  }
  if (code === 'TimeoutError') {
    const seconds = Math.round(timeoutMs / 1000);
    return new VendorUnreachableError(
      `${place}: no whole answer within ${seconds} s. Check that the server is up and not overloaded.`,
      {
        cause: error,
        sent,
      },
    );
  }
  return new VendorUnreachableError(`${place}: ${reason(error, code)}. ${NEXT_STEP}`, { cause: error, sent });
}

const UNTRUSTED_NEXT_STEP =
  "If that is your private CA, put its certificate into caCertificate of the target's secret.";
const TLS_NEXT_STEPS: Record<string, string> = {
  ERR_TLS_CERT_ALTNAME_INVALID: "Put an address into the target's secret whose host name the certificate has.",
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
};

const NEXT_STEP =
  "Check the address in the target's secret, that the server is up, and that the network lets this function reach it.";

/** The code of the error or, where several addresses were tried, of the first of them. */
function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function reason(error: unknown, code: string | undefined): string {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'no connection within 5 s';
  if (code === 'ECONNREFUSED') return 'connection refused (ECONNREFUSED)';
  if (code?.startsWith('ERR_SSL_') || code === 'EPROTO')
    return `no TLS could be agreed on (${code}); is it an https port?`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name was not found (${code})`;
  const message = error instanceof Error && error.message !== '' ? error.message : 'the connection failed';
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
