import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

interface SignedRequest {
  method: string;
  /** Without a query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * Whether a request is signed for a service with this machine's credentials, where id and secret are both `local`
 * ("Create a signed AWS API request", IAM user guide). How old it is does not matter here.
 */
export function isSigned({ method, path, headers, body }: SignedRequest, service: string): boolean {
  const [, id, date = '', region = '', ofService = '', names = '', signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const time = String(headers['x-amz-date'] ?? '');
  if (id !== 'local' || ofService !== service || !time.startsWith(date) || !names.split(';').includes('host')) {
    return false;
  }
  const lines = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [method, path, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4local');
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex') === signature;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
