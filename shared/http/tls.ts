import { type DetailedPeerCertificate, getCACertificates, TLSSocket } from 'node:tls';
import { buildConnector } from './undici.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** The verification error of a TLS handshake, with the issuer that is not trusted where the server showed one. */
export class UntrustedCertificateError extends Error {
  readonly issuer: string | undefined;

  constructor(cause: Error, issuer: string | undefined) {
    super(cause.message, { cause });
    this.issuer = issuer;
  }
}

/**
 * Connects as undici does, HTTP/1.1 only, with a private CA added to the system's roots. Verification is always on:
 * the explicit option beats NODE_TLS_REJECT_UNAUTHORIZED.
 */
export function secureConnector(caCertificate: string | undefined): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    rejectUnauthorized: true,
    timeout: CONNECT_TIMEOUT_MS,
    ...(caCertificate === undefined ? {} : { ca: [...getCACertificates('default'), caCertificate] }),
  });
  return (options, callback) => {
    let issuer: string | undefined;
    const socket: unknown = connect(options, (...outcome) => {
      const [error] = outcome;
      if (error && issuer !== undefined) callback(new UntrustedCertificateError(error, issuer), null);
      else callback(...outcome);
    });
    // Node tells why verification failed, not whose certificate it was; the peer's chain is gone once the socket is.
    if (socket instanceof TLSSocket) {
      socket.prependListener('secure', () => {
        issuer = topIssuer(socket);
      });
    }
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
