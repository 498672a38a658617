import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type CreatedObject, type Storage, startStorage } from '../../local/storage.ts';
import { BUCKET } from './raster-places.ts';

interface Asked {
  method: string;
  key: string;
  /** Of the object that was meant. */
  ifMatch: string | undefined;
}

/** What functions of this process asked of S3, and which keys it refuses to give. */
export const asked: Asked[] = [];
export const refused: RegExp[] = [];
/** Objects that nobody has put: their text, or undefined where there is none. */
export const made: ((key: string) => string | undefined)[] = [];

let started: Promise<{ storage: Storage; door: Server }> | undefined;

/** S3 on a loopback port with a door before it, one for all tests of a file: functions keep one client of it. */
export async function startObjects(): Promise<Storage> {
  started ??= startStorage().then(async (storage) => {
    await storage.createBucket(BUCKET);
    const door = createServer((incoming, response) => pass(storage.endpoint, incoming, response));
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    const { port } = door.address() as AddressInfo;
    process.env['AWS_ENDPOINT_URL_S3'] = `http://127.0.0.1:${port}`;
    return { storage, door };
  });
  return (await started).storage;
}

after(async () => {
  if (started === undefined) return;
  const { storage, door } = await started;
  door.closeAllConnections();
  door.close();
  await storage.close();
});

function pass(endpoint: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', url = '/', headers } = incoming;
  const key = decodeURIComponent(new URL(url, endpoint).pathname.replace(`/${BUCKET}/`, ''));
  asked.push({ method, key, ifMatch: headers['if-match'] });
  if (refused.some((pattern) => pattern.test(key))) {
    const body = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
    response.writeHead(403, { 'content-type': 'application/xml' }).end(method === 'HEAD' ? '' : body);
    return;
  }
  const texts = made.flatMap((make) => make(key) ?? []);
  if (texts.length > 0) {
    response.writeHead(206, { 'content-type': 'application/octet-stream' }).end(method === 'HEAD' ? '' : texts[0]);
    return;
  }
  const onward = request(`${endpoint}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  incoming.pipe(onward);
}

/** Puts an object into the bucket of the rasters. */
export async function put(
  key: string,
  body: string | Buffer,
  metadata?: Record<string, string>,
): Promise<CreatedObject> {
  return await (await startObjects()).putObject(BUCKET, key, Buffer.from(body), metadata);
}

/** Puts a file of `test/fixtures/rasters`. */
export async function putFixture(name: string, key: string): Promise<CreatedObject> {
  return await put(key, readFileSync(new URL(`../fixtures/rasters/${name}`, import.meta.url)));
}
