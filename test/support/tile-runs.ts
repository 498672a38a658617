import type { TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from './job-platform.ts';

export const TILES = 'manage-map-server-cache-tiles';
export const BASEMAP = 'Basemap.MapServer';

/** A platform for one test, where jobs take five minutes unless told. */
export async function tilePlatform(
  t: TestContext,
  options: Parameters<typeof startJobPlatform>[0] = {},
): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 300 }, ...options });
  t.after(() => platform.close());
  return platform;
}

/** Starts a run for the tiles of Basemap; those without `more` are equal. */
export function startTiles({ start, target }: JobPlatform, name: string, more: object = {}): Execution {
  return start(TILES, { target, inputService: BASEMAP, updateMode: 'RECREATE_EMPTY_TILES', ...more }, name);
}

export const ended = (executions: Execution[]) => Promise.all(executions.map((execution) => execution.ended));
