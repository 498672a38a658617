import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

const BODY_LIMIT_BYTES = 5 * 1024 * 1024;

/** One request as the emulator saw it. */
export interface ArcgisRequest {
  method: string;
  /** The decoded path name. */
  path: string;
  /** The raw address, query included. */
  url: string;
  query: Record<string, string>;
  form: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** The path's parts, each decoded by itself, so that an encoded slash stays inside its part. */
  segments: string[];
}

/** Reads a whole request; undefined when its body is over the limit. */
export async function readArcgisRequest(incoming: IncomingMessage): Promise<ArcgisRequest | undefined> {
  const body = await readBody(incoming);
  if (!body) return undefined;
  const url = incoming.url ?? '/';
  const { pathname, searchParams } = new URL(url, 'http://emulator');
  const segments = pathname.split('/').filter(Boolean).map(decode);
  return {
    method: incoming.method ?? 'GET',
    path: decode(pathname),
    url,
    query: Object.fromEntries(searchParams),
    form: await readForm(body, incoming.headers['content-type'] ?? ''),
    headers: incoming.headers,
    segments,
  };
}

/** A field of the body or, where there is none, of the query. */
export function field(request: ArcgisRequest, name: string): string | undefined {
  return request.form[name] ?? request.query[name];
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the connection: a body that is too large still gets an answer.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function readForm(body: Buffer, contentType: string): Promise<Record<string, string>> {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  }
  if (!contentType.startsWith('multipart/form-data')) return {};
  const fields: Record<string, string> = {};
  const reply = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
  for (const [name, value] of await reply.formData()) if (typeof value === 'string') fields[name] = value;
  return fields;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
