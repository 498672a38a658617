import type { TestContext } from 'node:test';
import * as z from 'zod';
import { createService } from '../../local/emulators/arcgis/catalogue.ts';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from './job-platform.ts';
import { TILES } from './tile-runs.ts';

/** A service with one scale whose cache is 32 bundles wide, so that a row of tiles is up to 32 units. */
export const COUNTRY = 'Country.MapServer';
const LEVEL = 12;
const EDGE = 20_037_508.342_787;
const TILE = (2 * EDGE) / 2 ** LEVEL;
const TILES_PER_BUNDLE = 128;
export const SCALE = 144447.638572;

/** A platform for one test with that service. */
export async function planPlatform(
  t: TestContext,
  options: Parameters<typeof startJobPlatform>[0] = {},
): Promise<JobPlatform> {
  // Jobs that tell of their progress at once are asked less often.
  const emulator = { jobSeconds: 300, waitingShare: 0.001, ...options.emulator };
  const platform = await startJobPlatform({ ...options, emulator });
  t.after(() => platform.close());
  addCountry(platform, COUNTRY);
  return platform;
}

/** Adds a service of that kind under another name. */
export function addCountry({ emulator }: Pick<JobPlatform, 'emulator'>, id: string): void {
  const name = id.replace('.MapServer', '');
  const scheme = { lods: [{ level: LEVEL, resolution: TILE / 256, scale: SCALE }] };
  emulator.services.set(id, createService({ name, type: 'MapServer', scheme }));
}

/** The extent of so many units: the first tiles of a row of bundles, `tiles` of each. */
export function strip(units: number, { from = 0, rows = 1 } = {}) {
  const xmin = -EDGE + from * TILES_PER_BUNDLE * TILE + TILE / 4;
  const xmax = -EDGE + (from + units) * TILES_PER_BUNDLE * TILE - TILE / 4;
  return { xmin, xmax, ymin: EDGE - (rows - 0.25) * TILE, ymax: EDGE - TILE / 4 };
}

/** The input of a plan of so many units, each of 128 tiles. */
export function planInput(
  { target }: JobPlatform,
  units: number,
  { plan = {}, ...more }: Record<string, object | string | number> = {},
) {
  return {
    target,
    inputService: COUNTRY,
    updateMode: 'RECREATE_ALL_TILES',
    updateExtent: strip(units),
    plan: { maxTilesPerJob: TILES_PER_BUNDLE, ...Object(plan) },
    ...more,
  };
}

export function startPlan(platform: JobPlatform, name: string, units: number, more = {}): Execution {
  return platform.start(TILES, planInput(platform, units, more), name);
}

/** The input that goes on with a run. */
export function resumeInput({ target }: JobPlatform, run: string, plan: object = {}) {
  return { target, inputService: COUNTRY, updateMode: 'RECREATE_ALL_TILES', resume: `${TILES}/${run}`, plan };
}

const unitSchema = z.looseObject({
  name: z.string(),
  status: z.string(),
  submittedAt: z.string().default(''),
  finishedAt: z.string().default(''),
});

/** The runs of a plan's units, the oldest first. */
export async function unitsOf({ ledger }: JobPlatform, name: string) {
  const runs = (await ledger.runs()).filter(({ parent }) => parent === `${TILES}/${name}`);
  return runs.map((run) => unitSchema.parse(run));
}
