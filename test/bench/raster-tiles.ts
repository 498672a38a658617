import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { put, startObjects } from '../support/raster-objects.ts';
import { cutIntoTiles, landsat, SERVICE, TILES } from '../support/raster-places.ts';
import { entriesOf, RENEWAL, rasterPlatform, TARGET } from '../support/raster-runs.ts';
import { tell } from '../support/raster-tiles.ts';
import { withoutLog } from '../support/without-log.ts';

const LEVELS = 20;
/** Map units: the service is a square of 1,000 km, a raster one of 10 km, each beside the one before it. */
const SERVICE_SIDE = 1_000_000;
const RASTER_SIDE = 10_000;
const RASTERS_OF_ROW = 10;
const HALF_WORLD = 20_037_508.342_787;
const COUNTS = [1, 10, 100];
/** Of a person, or of a script that is started by a clock. */
const LOOK_SECONDS = 300;
/** And as long again for each 1,000 tiles. */
const JOB_SECONDS = 1;

const rowSchema = z.object({
  'rasters of 10 km': z.number(),
  'tiles touched': z.number(),
  'tiles renewed': z.number(),
  'drawn by the server': z.number(),
  'whole cache': z.number(),
  'share of it': z.string(),
  jobs: z.number(),
  'last raster to Tiles Renewed, s': z.number(),
  'by hand, s': z.number(),
});

/** What is renewed for new rasters, and when it is there, on the emulator, each in a process of its own. */
export function rasterTiles(): z.output<typeof rowSchema>[] {
  const file = fileURLToPath(import.meta.url);
  return COUNTS.map((count) => {
    const said = execFileSync(process.execPath, [file, String(count)], { encoding: 'utf8', maxBuffer: 1e8 });
    return rowSchema.parse(JSON.parse(said));
  });
}

async function measured(count: number): Promise<z.output<typeof rowSchema>> {
  await startObjects();
  const platform = await rasterPlatform(
    { after: () => undefined },
    {
      emulator: { jobSeconds: JOB_SECONDS, supertilePixels: 4096 },
      source: { tiles: { inputService: SERVICE } },
      tells: true,
    },
  );
  cutIntoTiles(platform, LEVELS);
  landsat(platform).extent = { xmin: 0, ymin: 0, xmax: SERVICE_SIDE, ymax: SERVICE_SIDE };
  const whole = platform.start(TILES, {
    target: TARGET,
    inputService: SERVICE,
    updateMode: 'RECREATE_ALL_TILES',
    dryRun: true,
  });
  await platform.idle();
  const { plan } = z.object({ plan: z.object({ tiles: z.number() }) }).parse(whole.output);
  const objects = await Promise.all(Array.from({ length: count }, (_, index) => putRaster(index)));
  const before = platform.emulator.tiles.list(SERVICE).length;
  const seconds = new Map<string, number>();
  platform.onState(() => {
    // The server forgets a job after some hours.
    for (const { id, submittedAt, endedAt } of platform.emulator.jobs.list())
      if (endedAt !== undefined) seconds.set(id, (endedAt - submittedAt) / 1000);
  });
  let cameAt = 0;
  await platform.clock.after(1, async () => {
    cameAt = platform.clock.now();
    await tell(platform, objects);
  });
  await platform.idle();
  const [entry = {}] = await entriesOf(platform, RENEWAL);
  const result = z
    .object({ tilesTouched: z.number(), tilesRenewed: z.number() })
    .parse(JSON.parse(String(entry['result'])));
  const told = platform.events.filter((event) => event['detail-type'] === 'Tiles Renewed').at(-1);
  return {
    'rasters of 10 km': count,
    'tiles touched': result.tilesTouched,
    'tiles renewed': result.tilesRenewed,
    'drawn by the server': platform.emulator.tiles.list(SERVICE).length - before,
    'whole cache': plan.tiles,
    'share of it': `${((100 * result.tilesRenewed) / plan.tiles).toFixed(3)} %`,
    jobs: seconds.size,
    'last raster to Tiles Renewed, s': Math.round((Date.parse(told?.time ?? '') - cameAt) / 1000),
    'by hand, s': byHand([...seconds.values()]),
  };
}

/**
 * The refresh, and the same tiles in one job, by somebody who looks every five minutes: for new rasters, and whether a job
 * is over.
 */
function byHand([refresh = 0, ...tiles]: readonly number[]): number {
  const jobs = [refresh, tiles.reduce((all, seconds) => all + seconds, 0)];
  return jobs.reduce((all, seconds) => all + Math.ceil(seconds / LOOK_SECONDS) * LOOK_SECONDS, LOOK_SECONDS / 2);
}

async function putRaster(index: number) {
  const [column, row] = [index % RASTERS_OF_ROW, Math.floor(index / RASTERS_OF_ROW)];
  const [west, south] = [100_000 + column * RASTER_SIDE, 100_000 + row * RASTER_SIDE];
  const bbox = [...lonLat(west, south), ...lonLat(west + RASTER_SIDE, south + RASTER_SIDE)];
  const key = `landsat/scene-${index}`;
  await put(`${key}.json`, JSON.stringify({ bbox }));
  return await put(`${key}.tif`, 'the pixels');
}

function lonLat(x: number, y: number): number[] {
  const lat = Math.atan(Math.sinh((y / HALF_WORLD) * Math.PI));
  return [(x / HALF_WORLD) * 180, (lat / Math.PI) * 180];
}

if (import.meta.main) {
  const shown = withoutLog();
  const row = await measured(Number(process.argv[2] ?? 1));
  shown();
  process.stdout.write(`${JSON.stringify(row)}\n`, () => process.exit());
}
