import { type DetailedPeerCertificate, getCACertificates, TLSSocket } from 'node:tls';
import { buildConnector } from './undici.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Whom to trust, and who we are: PEM. */
export interface TlsIdentity {
  /** Private CAs, added to the system's roots. */
  caCertificate?: string | undefined;
  /** Shown to a server that asks for it, with the intermediates that it may need. */
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
}

/** The verification error of a TLS handshake, with the issuer that is not trusted where the server showed one. */
export class UntrustedCertificateError extends Error {
  readonly issuer: string | undefined;

  constructor(cause: Error, issuer: string | undefined) {
    super(cause.message, { cause });
    this.issuer = issuer;
  }
}

/**
 * Connects as undici does, HTTP/1.1 only, with a private CA added to the system's roots. Verification is always on, and
 * TLS is 1.2 at least: explicit options beat NODE_TLS_REJECT_UNAUTHORIZED, NODE_OPTIONS and `tls.DEFAULT_MIN_VERSION`.
 */
export function secureConnector({ caCertificate, clientCertificate, clientKey }: TlsIdentity) {
  const connect = buildConnector({
    allowH2: false,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    timeout: CONNECT_TIMEOUT_MS,
    ...(caCertificate === undefined ? {} : { ca: [...getCACertificates('default'), caCertificate] }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate, key: clientKey }),
  });
  return (...[options, callback]: Parameters<buildConnector.connector>): void => {
    let issuer: string | undefined;
    const socket: unknown = connect(options, (...outcome) => {
      const [error] = outcome;
      if (error && issuer !== undefined) callback(new UntrustedCertificateError(error, issuer), null);
      else callback(...outcome);
    });
    if (!(socket instanceof TLSSocket)) return;
    // Node tells why verification failed, not whose certificate it was; the peer's chain is gone once the socket is.
    socket.prependListener('secure', () => {
      issuer = topIssuer(socket);
    });
    // In TLS 1.3 a server refuses a client after the client's handshake. Undici would tell of the end that follows.
    socket.prependListener('error', (error) => socket.destroy(error));
  };
}

/**
 * The issuer of the last certificate that the peer showed. A resumed session shows none, and needs none: it was
 * verified when it began. (`getPeerX509Certificate` at this moment leaves Node without the names to check the host by.)
 */
function topIssuer(socket: TLSSocket): string | undefined {
  let certificate: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(true);
  const seen = new Set<unknown>();
  while (certificate.issuerCertificate !== undefined && !seen.has(certificate)) {
    seen.add(certificate);
    certificate = certificate.issuerCertificate;
  }
  const { issuer } = certificate;
  if (issuer === undefined) return undefined;
  return Object.entries(issuer)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
