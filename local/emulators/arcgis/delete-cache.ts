import { openCache, outServiceUrl, readServiceUrl } from './cached-service.ts';
import type { GpTask } from './gp-task.ts';
import { checkThreads } from './manage-tiles.ts';

const RESTART_MS = 1500;

/** `DeleteCache`: removes the tiles and the tiling scheme, then the service restarts. */
export const deleteCache: GpTask = {
  service: 'System/CachingTools.GPServer',
  name: 'DeleteCache',
  displayName: 'DeleteCache',
  parameters: [
    { name: 'service_url', dataType: 'GPString', required: true },
    { name: 'thread_count', dataType: 'GPLong', required: false },
    { name: 'cache_path', dataType: 'GPString', required: false },
  ],
  output: 'out_service_url',
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
