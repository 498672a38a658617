/** What the help of an operation says, with an input for the servers in miniature. */
interface OperationHelp {
  readonly does: string;
  readonly example: Readonly<Record<string, unknown>>;
}

const STREETS = 'CachedServices/Streets.MapServer';

/** In the order in which the tour runs them. */
export const operationHelp: Readonly<Record<string, OperationHelp>> = {
  'clear-rest-cache': {
    does: 'clears ArcGIS’ cache of service metadata: all, one folder, or one service',
    example: { target: 'arcgis', folderName: 'CachedServices' },
  },
  'manage-map-server-cache-tiles': {
    does: 'creates missing tiles, renews all, or deletes tiles of a map or image service',
    example: { target: 'arcgis', inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' },
  },
  'refresh-service': {
    does: 'makes a live image service see its new rasters',
    example: { target: 'arcgis', serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' },
  },
  'delete-map-server-cache': {
    does: 'deletes the tiles of a service and its tiling scheme; this cannot be undone',
    example: { target: 'arcgis', inputService: STREETS, confirm: STREETS },
  },
  'purge-microstrategy-caches': {
    does: 'purges element, object, content and cube caches of MicroStrategy projects',
    example: { target: 'microstrategy', projects: 'ALL', cacheTypes: ['element', 'object'] },
  },
};

/** An example as `key=value` words. */
export function wordsOfExample(example: Readonly<Record<string, unknown>>): string {
  return Object.entries(example)
    .map(([key, value]) => `${key}=${[value].flat().join(',')}`)
    .join(' ');
}
