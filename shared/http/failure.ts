import { VendorBusyError, VendorContractError, VendorUnreachableError } from '../errors.ts';
import { MAX_ANSWER_BYTES, type ServerAccess } from './agents.ts';
import { parseProxy } from './proxy-address.ts';
import { UntrustedCertificateError } from './tls.ts';
import { TUNNEL_TIMEOUT_MS, TunnelError } from './tunnel.ts';

/** What was asked for when the connection failed. */
interface Request {
  place: string;
  host: string;
  access: ServerAccess;
  /** Whether any of it may have left. */
  sent: boolean;
  timeoutMs: number;
}

interface Explanation {
  what: string;
  nextStep: string;
  passing?: boolean;
  /** Where it is certain, whatever the request seems to have done. */
  sent?: false;
}

/** The named error for a request without a whole answer. */
export function namedError(error: unknown, request: Request): unknown {
  const { place, access } = request;
  if (error instanceof VendorBusyError || error instanceof VendorContractError) return error;
  if (error instanceof VendorUnreachableError) return error;
  if (errorCode(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new VendorContractError(
      `${place}: the answer is larger than ${MAX_ANSWER_BYTES / 1e6} MB and was not read further. Check that the address in the target's secret leads to the vendor's server.`,
      { tooLarge: true },
    );
  }
  const explained = error instanceof TunnelError ? explainTunnel(error, request) : explain(error, request);
  const { what, nextStep, passing = true, sent = request.sent } = explained;
  const through = access.httpsProxy === undefined ? '' : ` through the proxy ${proxyPlace(access)}`;
  return new VendorUnreachableError(`${place}${through}: ${what}. ${nextStep}`, { cause: error, sent, passing });
}

/** The error for a server that wants a client certificate and got none, or not the right one: nothing was done. */
export function refusedClientCertificate(place: string, how: string, access: ServerAccess): VendorUnreachableError {
  const { what, nextStep } = explainClientCertificate(how, access);
  return new VendorUnreachableError(`${place}: ${what}. ${nextStep}`, { sent: false, passing: false });
}

function explainClientCertificate(how: string, { clientCertificate }: ServerAccess): Explanation {
  const isGiven = clientCertificate !== undefined;
  return {
    what: isGiven
      ? `the server refused the client certificate (${how})`
      : `the server asks for a client certificate (${how})`,
    nextStep: `Put ${isGiven ? 'one that it trusts, with its intermediates,' : 'one'} into clientCertificate and its key into clientKey of the target's secret.`,
    passing: false,
    sent: false,
  };
}

function explainTunnel({ status, cause }: TunnelError, { host }: Request): Explanation {
  if (status === undefined) {
    if (cause instanceof UntrustedCertificateError) return explainUntrusted(cause);
    const what = `the proxy opened no tunnel: ${reason(cause, TUNNEL_TIMEOUT_MS)}`;
    return { what, nextStep: PROXY_NEXT_STEP, passing: !isMistake(cause), sent: false };
  }
  const what = `the proxy opened no tunnel to ${host} and answered HTTP ${status}`;
  if (status === 407) return { what, nextStep: PROXY_LOGIN_NEXT_STEP, passing: false, sent: false };
  const isPassing = status >= 500 || status === 429;
  return { what, nextStep: isPassing ? BEHIND_PROXY_NEXT_STEP : ALLOW_NEXT_STEP, passing: isPassing, sent: false };
}

const PROXY_NEXT_STEP =
  "Check httpsProxy in the target's secret, that the proxy is up, and that the network lets this function reach it.";
const PROXY_LOGIN_NEXT_STEP =
  "Put the proxy's user and password into httpsProxy of the target's secret (http://user:password@host:port); they are not tried again.";
const ALLOW_NEXT_STEP = "Let the proxy allow CONNECT to it, or correct httpsProxy in the target's secret.";
const BEHIND_PROXY_NEXT_STEP =
  "Check the address in the target's secret, that the server is up, and that the proxy can reach it.";

function explainUntrusted({ message, issuer, cause }: UntrustedCertificateError): Explanation {
  return {
    // Node adds advice of its own behind a semicolon, for who starts it by hand.
    what: `TLS failed: ${message.split(';')[0]}. The certificate's issuer is "${issuer}"`,
    nextStep: CERTIFICATE_NEXT_STEPS[errorCode(cause) ?? ''] ?? UNTRUSTED_NEXT_STEP,
    passing: false,
    sent: false,
  };
}

const UNTRUSTED_NEXT_STEP =
  "If that is your private CA, put its certificate into caCertificate of the target's secret; if it is an intermediate one, put it there beside its root, or let the server send it.";
const CERTIFICATE_NEXT_STEPS: Record<string, string> = {
  ERR_TLS_CERT_ALTNAME_INVALID: "Put an address into the target's secret whose host name the certificate has.",
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
};

function explain(error: unknown, { access, timeoutMs }: Request): Explanation {
  if (error instanceof UntrustedCertificateError) return explainUntrusted(error);
  const code = errorCode(error) ?? '';
  // Such an alert ends the handshake, in TLS 1.3 after the client has sent its request: the server cannot have read it.
  if (isClientCertificateAlert(code)) return explainClientCertificate(code, access);
  const what = reason(error, timeoutMs);
  if (code === 'TimeoutError') return { what, nextStep: 'Check that the server is up and not overloaded.' };
  if (OLD_TLS.test(code)) return { what, nextStep: OLD_TLS_NEXT_STEP, passing: false };
  if (HANDSHAKE_ALERT.test(code)) return { what, nextStep: HANDSHAKE_NEXT_STEP, passing: false };
  if (isMistake(error)) return { what, nextStep: PROTOCOL_NEXT_STEP, passing: false };
  const hint = access.clientCertificate === undefined ? '' : CLIENT_CERTIFICATE_HINT;
  return { what, nextStep: `${access.httpsProxy === undefined ? NEXT_STEP : BEHIND_PROXY_NEXT_STEP}${hint}` };
}

function isClientCertificateAlert(code: string): boolean {
  const isAlert = code.startsWith('ERR_SSL_') && code.includes('ALERT_');
  return isAlert && /CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED/.test(code);
}

const OLD_TLS = /^ERR_SSL_.*(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL)$/;
const OLD_TLS_NEXT_STEP = 'Switch TLS 1.2 or 1.3 on at the server: nothing older is used.';
const HANDSHAKE_ALERT = /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/;
const HANDSHAKE_NEXT_STEP =
  "If the server asks for a client certificate, put it into clientCertificate and its key into clientKey of the target's secret; else look at the server's cipher suites.";
/** What may pass among the failures of TLS: the server's own trouble, or bytes that were lost or changed on the way. */
const PASSING_TLS = /INTERNAL_ERROR|UNEXPECTED_EOF|BAD_RECORD_MAC|DECRYPT|USER_CANCELLED/;
/** Undici's word for a first line that is not HTTP's; it has no code. */
const NOT_HTTP = /Expected HTTP\//;

/** A protocol mistake: what listens there speaks something else, and will do so in a minute too. */
function isMistake(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  if (code === 'HTTPParserError') return error instanceof Error && NOT_HTTP.test(error.message);
  return code.startsWith('ERR_SSL_') && !PASSING_TLS.test(code);
}

const PROTOCOL_NEXT_STEP =
  "Check scheme, host name and port of the address in the target's secret (and of httpsProxy): http:// for a port without TLS (allowHttp), https:// for one with it.";
const CLIENT_CERTIFICATE_HINT =
  ' A server that refuses clientCertificate may also just close: check that it trusts it, with its intermediates.';
const NEXT_STEP =
  "Check the address in the target's secret, that the server is up, and that the network lets this function reach it: directly, or through a proxy (httpsProxy in the secret).";

/** The code of the error or, where several addresses were tried, of the first of them. */
function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function reason(error: unknown, timeoutMs: number): string {
  const code = errorCode(error) ?? '';
  if (code === 'TimeoutError') return `no whole answer within ${Math.round(timeoutMs / 1000)} s`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'no connection within 5 s';
  if (code === 'ECONNREFUSED') return 'connection refused (ECONNREFUSED)';
  if (OLD_TLS.test(code)) return `it speaks no TLS 1.2 or later (${code})`;
  if (HANDSHAKE_ALERT.test(code)) return `no TLS could be agreed on (${code})`;
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return `no TLS could be agreed on (${code}), as on a port that is not https`;
  if (code === 'HTTPParserError' && isMistake(error)) return 'what listens there does not speak HTTP/1.1';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name was not found (${code})`;
  const message = error instanceof Error && error.message !== '' ? error.message : 'the connection failed';
  return message.includes(code) ? message : `${message} (${code})`;
}

function proxyPlace({ httpsProxy = '' }: ServerAccess): string {
  return parseProxy(httpsProxy)?.place ?? '';
}
