import { WORLD } from '../../local/emulators/arcgis/tile-scheme.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { cutIntoTiles, landsat, SERVICE } from '../support/raster-places.ts';
import { renewals, SOURCE, TARGET } from '../support/raster-runs.ts';
import { areCovered, arrive } from './arrivals.ts';
import { rasterObjects } from './objects.ts';
import type { Scenario } from './scenario.ts';

/** With everything that a source may ask for: its runs pass every stage. */
const WITH_TILES = {
  ...SOURCE,
  tiles: { inputService: SERVICE },
  ready: { sidecar: '.json', visible: 'Name IN ({names})', longest: 3600 },
  clear: true,
};
const { ready: _ready, clear: _clear, ...ONLY_TILES } = WITH_TILES;

const options = (source: object): NonNullable<Scenario['options']> => ({
  settings: { rasters: [source] },
  // As a real server, it draws whole squares.
  emulator: { supertilePixels: 4096 },
});

const JOB_SECONDS = 300;

export const RASTER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'rasters and their tiles',
    options: options(WITH_TILES),
    jobSeconds: JOB_SECONDS,
    // The two are far apart, but one job renews the tiles of both.
    jobs: 2,
    async begin(platform, seen) {
      const { near, far } = await prepared(platform);
      for (const name of ['near', 'far']) landsat(platform).mosaic?.push({ name, extent: WORLD });
      await arrive(platform, [near, far], seen);
      return [];
    },
    check: areCovered,
  },
  {
    name: 'rasters of which one cannot be read',
    options: options(ONLY_TILES),
    jobSeconds: JOB_SECONDS,
    jobs: 2,
    async begin(platform, seen) {
      const { near, odd } = await prepared(platform);
      await arrive(platform, [near, odd], seen);
      return [];
    },
    check: areCovered,
  },
  {
    name: 'a raster that comes while those before it are shown',
    options: options(ONLY_TILES),
    jobSeconds: JOB_SECONDS,
    jobs: 2,
    async begin(platform, seen) {
      const { near, far } = await prepared(platform);
      await arrive(platform, [near], seen);
      await platform.clock.after(SOURCE_QUIET_SECONDS + JOB_SECONDS / 2, () => undefined);
      await arrive(platform, [far], seen);
      return [];
    },
    check: areCovered,
  },
  {
    name: 'a run for rasters that is stopped, before another one comes',
    options: options(ONLY_TILES),
    jobSeconds: JOB_SECONDS,
    jobs: 2,
    async begin(platform, seen) {
      const { near, far } = await prepared(platform);
      await arrive(platform, [near], seen);
      await platform.clock.after(SOURCE_QUIET_SECONDS + JOB_SECONDS / 2, () => undefined);
      for (const run of renewals(platform)) run.abort();
      await platform.clock.after(SOURCE_QUIET_SECONDS, () => undefined);
      await arrive(platform, [far], seen);
      return [];
    },
    check: areCovered,
  },
];

/** The settings' default. */
const SOURCE_QUIET_SECONDS = 60;

async function prepared(platform: JobPlatform) {
  const { url, username, password } = platform.emulator;
  platform.newTarget({ vendor: 'arcgis', url, username, password }, TARGET);
  cutIntoTiles(platform);
  return await rasterObjects();
}
