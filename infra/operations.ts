import type * as z from 'zod';
import { inputSchema as clearRestCache } from '../functions/clear-rest-cache/input.ts';
import { inputSchema as deleteMapServerCache } from '../functions/delete-map-server-cache/input.ts';
import { inputSchema as manageMapServerCacheTiles } from '../functions/manage-map-server-cache-tiles/input.ts';
import { inputSchema as purgeMicrostrategyCaches } from '../functions/purge-microstrategy-caches/input.ts';
import { inputSchema as refreshServiceInput } from '../functions/refresh-service/input.ts';

/** What an operation needs in AWS: a function and a state machine of its name. */
export interface Operation {
  readonly name: string;
  readonly kind: 'immediate' | 'job';
  /** Of its function: a minute more than its work may take, where a start by hand waits for the run. */
  readonly timeoutMinutes: number;
  readonly inputSchema: z.core.$ZodType;
  /** For the console. */
  readonly description: string;
}

/** The operation that new rasters start. */
export const refreshService: Operation = {
  name: 'refresh-service',
  kind: 'job',
  timeoutMinutes: 2,
  inputSchema: refreshServiceInput,
  description: 'Makes a live ArcGIS service read again what has changed behind it.',
};

/** Makes the tiles that new rasters touch. */
export const manageTiles: Operation = {
  name: 'manage-map-server-cache-tiles',
  kind: 'job',
  timeoutMinutes: 2,
  inputSchema: manageMapServerCacheTiles,
  description: 'Creates, renews or deletes tiles of a cached ArcGIS map or image service.',
};

/** Every operation of the service. */
export const operations: readonly Operation[] = [
  {
    name: 'clear-rest-cache',
    kind: 'immediate',
    timeoutMinutes: 3,
    inputSchema: clearRestCache,
    description: 'Clears the REST cache of an ArcGIS site, of a folder or of a service.',
  },
  {
    name: 'purge-microstrategy-caches',
    kind: 'immediate',
    timeoutMinutes: 6,
    inputSchema: purgeMicrostrategyCaches,
    description: 'Purges element, object, content and cube caches of MicroStrategy projects.',
  },
  {
    name: 'delete-map-server-cache',
    kind: 'job',
    timeoutMinutes: 2,
    inputSchema: deleteMapServerCache,
    description: 'Deletes the tile cache of an ArcGIS map or image service, with its tiling scheme.',
  },
  manageTiles,
  refreshService,
];

/** A construct id as the name of what it makes: `WatchJob` becomes `watch-job`. */
export function kebabCase(id: string): string {
  return id.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** The construct id and output prefix of an operation: `clear-rest-cache` becomes `ClearRestCache`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
