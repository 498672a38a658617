import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { VendorBusyError, VendorContractError, VendorUnreachableError } from '../errors.ts';
import { agentFor, type ServerAccess } from './agents.ts';
import { namedError, refusedClientCertificate } from './failure.ts';
import { requestWith } from './undici.ts';

const ANSWER_TIMEOUT_SECONDS = 30;

export interface VendorRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
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
  access: ServerAccess;
  /** Epoch milliseconds: nothing is sent or waited for after it. */
  deadline: number;
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
  const signal = AbortSignal.timeout(timeoutMs);
  const answered = new AbortController();
  const bytes = Buffer.from(body ?? '');
  // Undici pulls the body only when the connection is up: the one place that knows whether anything may have left.
  const outgoing = async function* () {
    sent = true;
    yield bytes;
  };
  try {
    const answering = requestWith.call(agentFor(connection.access), {
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
      signal,
    });
    // Undici looks at the signal only when it has a connection; it then sends nothing.
    const answer = await Promise.race([answering, endOf(signal, answered.signal)]);
    sent = true;
    const text = await answer.body.text();
    return accepted({ status: answer.statusCode, headers: answer.headers, text, place }, connection.access);
  } catch (error) {
    throw namedError(error, { place, host, access: connection.access, sent: sent || body === undefined, timeoutMs });
  } finally {
    answered.abort();
  }
}

/** `over` lets go of the answer: the signal would hold it until its time is up, and of hundreds of large ones all. */
async function endOf(signal: AbortSignal, over: AbortSignal): Promise<never> {
  await once(signal, 'abort', { signal: over });
  throw signal.reason;
}

function accepted(answer: VendorAnswer, access: ServerAccess): VendorAnswer {
  const { status, headers, text, place } = answer;
  if (isClientCertificatePage(status, text)) throw refusedClientCertificate(place, `HTTP ${status}`, access);
  if ([429, 502, 503, 504].includes(status)) {
    throw new VendorBusyError(
      `${place} answered HTTP ${status}: the server or what stands before it cannot serve now. Try again later; if it stays so, look at the server and its load balancer.`,
      {
        sent: status === 502 || status === 504,
        httpStatus: status,
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

/**
 * nginx (400, or its own 495 and 496) and IIS (403.7, 403.13, 403.16, 403.17) refuse a client certificate after the TLS
 * handshake, by a page before the site; their codes alone say too little.
 */
function isClientCertificatePage(status: number, text: string): boolean {
  if (status === 495 || status === 496) return true;
  return (status === 400 || status === 403) && CLIENT_CERTIFICATE_PAGE.test(text);
}

const CLIENT_CERTIFICATE_PAGE =
  /No required SSL certificate was sent|The SSL certificate error|HTTP Error 403\.(7|13|16|17)\b/;

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
