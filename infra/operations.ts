import type * as z from 'zod';
import { inputSchema as clearRestCache } from '../functions/clear-rest-cache/input.ts';
import { inputSchema as deleteMapServerCache } from '../functions/delete-map-server-cache/input.ts';
import { inputSchema as manageMapServerCacheTiles } from '../functions/manage-map-server-cache-tiles/input.ts';
import { inputSchema as purgeMicrostrategyCaches } from '../functions/purge-microstrategy-caches/input.ts';
import { inputSchema as refreshServiceInput } from '../functions/refresh-service/input.ts';

/** What an operation needs in AWS: a job operation also has a state machine of its name. */
export interface Operation {
  readonly name: string;
  readonly kind: 'immediate' | 'job';
  readonly timeoutMinutes: number;
  readonly inputSchema: z.core.$ZodType;
  /** How many runs may go on at once; no limit when absent. */
  readonly concurrentRuns?: number;
}

/** The operation that new rasters start. */
export const refreshService: Operation = {
  name: 'refresh-service',
  kind: 'job',
  timeoutMinutes: 2,
  inputSchema: refreshServiceInput,
};

/** Every operation of the service. */
export const operations: readonly Operation[] = [
  { name: 'clear-rest-cache', kind: 'immediate', timeoutMinutes: 2, inputSchema: clearRestCache },
  {
    name: 'purge-microstrategy-caches',
    kind: 'immediate',
    timeoutMinutes: 5,
    inputSchema: purgeMicrostrategyCaches,
    // MicroStrategy caps the sessions of one account: two runs of it would lock each other out.
    concurrentRuns: 1,
  },
  { name: 'delete-map-server-cache', kind: 'job', timeoutMinutes: 2, inputSchema: deleteMapServerCache },
  { name: 'manage-map-server-cache-tiles', kind: 'job', timeoutMinutes: 2, inputSchema: manageMapServerCacheTiles },
  refreshService,
];

/** The construct id and output prefix of an operation: `clear-rest-cache` becomes `ClearRestCache`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
