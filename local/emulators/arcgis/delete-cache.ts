import {
  checkThreads,
  OUT_SERVICE_URL,
  openCache,
  outServiceUrl,
  readServiceUrl,
  SERVICE_URL,
  THREAD_COUNT,
} from './cached-service.ts';
import type { SubmittedTask } from './gp-task.ts';

const RESTART_MS = 1500;

/** `DeleteCache`: removes the tiles and the tiling scheme, then the service restarts. */
export const deleteCache: SubmittedTask = {
  service: 'System/CachingTools.GPServer',
  name: 'DeleteMapCache',
  displayName: 'DeleteCache',
  parameters: [
    SERVICE_URL,
    THREAD_COUNT,
    { name: 'cache_path', displayName: 'Cache Path', dataType: 'GPString', required: false },
    { name: 'in_delete_options', displayName: 'Delete Options', dataType: 'GPString', required: false },
  ],
  output: OUT_SERVICE_URL,
  prepare(inputs, site) {
    const service = readServiceUrl(inputs['service_url'], site);
    if (inputs['thread_count']) checkThreads(inputs['thread_count']);
    return () => {
      const { id } = openCache(service, site);
      const tiles = site.tiles.addresses(id);
      return {
        steps: tiles.length,
        apply(step) {
          const tile = tiles[step];
          if (tile) site.tiles.remove(id, tile);
          return undefined;
        },
        finish(at) {
          service.scheme = undefined;
          service.restartingUntil = at + RESTART_MS;
          return `${tiles.length} tiles and the tiling scheme deleted; the service restarts.`;
        },
      };
    };
  },
  result: outServiceUrl,
};
