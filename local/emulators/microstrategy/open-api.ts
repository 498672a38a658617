import type { Reply } from './replies.ts';
import type { ServerState } from './routes.ts';
import { isAtLeast, PURGE_VERSION } from './server-version.ts';

const PURGE_PATH = '/api/monitors/projects/{projectId}/caches/{cacheType}';

/** `GET /api/openapi.json`, cut down to the one call that a preflight would look for. */
export function describeApi({ serverVersion }: ServerState): Reply {
  const purge = {
    delete: {
      tags: ['Monitors'],
      operationId: 'deleteCache',
      parameters: [
        { name: 'projectId', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'cacheType', in: 'path', required: true, schema: { type: 'string', enum: ['element', 'object'] } },
      ],
      responses: { 204: { description: 'No Content' } },
    },
  };
  const paths = isAtLeast(serverVersion, PURGE_VERSION) ? { [PURGE_PATH]: purge } : {};
  const info = { title: 'MicroStrategy REST API', version: '2024' };
  return { status: 200, body: { openapi: '3.0.1', info, paths } };
}
