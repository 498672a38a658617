import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { ServerAccess } from '../http/agents.ts';
import { proxyProblem } from '../http/proxy-address.ts';

const CERTIFICATES = 'must be PEM: -----BEGIN CERTIFICATE-----…, one or more';
const KEY = 'must be PEM: -----BEGIN PRIVATE KEY-----…';
const ENCRYPTED = 'is encrypted: store it without a passphrase (openssl pkey -in client.key -out plain.key)';

type Problem = [key: keyof ServerAccess, problem: string];

/** What does not fit in the part of a secret that says how the server is reached. */
export function serverAccessProblems(access: ServerAccess): Problem[] {
  const { caCertificate, httpsProxy } = access;
  const problems = clientProblems(access);
  if (caCertificate !== undefined && !isCertificate(caCertificate)) problems.push(['caCertificate', CERTIFICATES]);
  const unfit = httpsProxy === undefined ? undefined : proxyProblem(httpsProxy);
  if (unfit !== undefined) problems.push(['httpsProxy', unfit]);
  return problems;
}

function clientProblems({ clientCertificate, clientKey }: ServerAccess): Problem[] {
  if (clientCertificate === undefined && clientKey === undefined) return [];
  if (clientCertificate === undefined) return [['clientCertificate', 'is missing: clientKey is nothing without it']];
  if (!isCertificate(clientCertificate)) return [['clientCertificate', CERTIFICATES]];
  if (clientKey === undefined) return [['clientKey', 'is missing: clientCertificate is nothing without it']];
  const key = readKey(clientKey);
  if (typeof key === 'string') return [['clientKey', key]];
  if (new X509Certificate(clientCertificate).checkPrivateKey(key)) return [];
  return [['clientKey', 'must belong to the first certificate of clientCertificate']];
}

/** The key, or why it cannot be one. */
function readKey(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch {
    return /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem) ? ENCRYPTED : KEY;
  }
}

function isCertificate(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return false;
  }
  return blocks.length > 0 && blocks.length === pem.split('-----BEGIN').length - 1;
}
