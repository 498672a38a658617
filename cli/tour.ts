import { ending, type OperationOutcome } from '../local/operation-outcome.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { startRasterDrop } from '../local/raster-drop.ts';
import { fireSchedule } from '../local/schedules.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { synthesize } from '../local/synth.ts';
import { followExecution } from './follow-execution.ts';
import type { Progress } from './progress.ts';
import { type SummaryRow, summaryTable } from './summary-table.ts';

/** The tour's jobs are short, and so are its waits. */
const PAUSE_MS = 200;
const BATCHING_WINDOW_SECONDS = 1;
const RASTER_WAIT_MS = 15_000;

const BASEMAP = { target: 'arcgis', inputService: 'Basemap.MapServer' };
const STREETS = { target: 'arcgis', inputService: 'CachedServices/Streets.MapServer' };
const LANDSAT = { target: 'arcgis', serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };

/** What is started by hand; the schedules of the tour's settings and the rasters start the rest. */
const BY_HAND: { operation: string; input: Record<string, unknown> }[] = [
  { operation: 'clear-rest-cache', input: { target: 'arcgis', folderName: 'CachedServices' } },
  { operation: 'manage-map-server-cache-tiles', input: { ...BASEMAP, updateMode: 'RECREATE_EMPTY_TILES' } },
  { operation: 'refresh-service', input: LANDSAT },
  { operation: 'delete-map-server-cache', input: { ...STREETS, confirm: STREETS.inputService } },
  {
    operation: 'purge-microstrategy-caches',
    input: { target: 'microstrategy', projects: 'ALL', cacheTypes: ['element', 'object'] },
  },
];

/** Three rasters of one service, and two objects that are none. */
const DROPPED: { key: string; body: Buffer; raster: boolean }[] = [
  { key: 'landsat/2026/scene 001.tif', body: Buffer.alloc(64, 1), raster: true },
  { key: 'landsat/2026/scene-002.TIF', body: Buffer.alloc(64, 2), raster: true },
  { key: 'landsat/2026/scene-003.tiff', body: Buffer.alloc(64, 3), raster: true },
  { key: 'landsat/2026/empty.tif', body: Buffer.alloc(0), raster: false },
  { key: 'landsat/2026/readme.txt', body: Buffer.from('no raster'), raster: false },
];

/** Runs every operation against the emulators and drops rasters; gives the summary for people. */
export async function runTour(
  progress: Progress,
  resources: AsyncDisposableStack,
): Promise<{ output: string; ok: boolean }> {
  const assemblyDirectory = await synthesize(progress);
  const emulators = await startEmulators();
  resources.defer(() => emulators.close());
  const platform = await startPlatform({
    assemblyDirectory,
    targets: emulators.targets,
    pauseMs: PAUSE_MS,
    onRun: (execution) => followExecution(execution, progress),
    onUnexpected: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());

  const measured = async (
    row: Pick<SummaryRow, 'operation' | 'startedBy' | 'target'>,
    run: () => Promise<OperationOutcome>,
  ) => {
    const startedAt = Date.now();
    const requestsBefore = emulators.requestCount();
    const outcome = await run().catch(asOutcome);
    const seconds = (Date.now() - startedAt) / 1000;
    return { ...row, outcome, seconds, requests: emulators.requestCount() - requestsBefore };
  };
  const rows: SummaryRow[] = [];
  for (const { operation, input } of BY_HAND) {
    const row = { operation, startedBy: 'hand', target: String(input['target']) };
    rows.push(await measured(row, () => platform.run(operation, input)));
  }
  for (const schedule of platform.template.schedules) {
    const row = { operation: schedule.name, startedBy: `schedule ${schedule.name}`, target: 'arcgis' };
    rows.push(await measured(row, () => fireSchedule(schedule, platform)));
  }
  const rasterRow = { operation: 'refresh-service', startedBy: 'new rasters', target: 'arcgis' };
  rows.push(await measured(rasterRow, () => dropRasters(platform, resources)));
  return { output: summaryTable(rows), ok: rows.every(({ outcome }) => 'result' in outcome) };
}

function asOutcome(error: unknown): OperationOutcome {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { error: { errorType: name, errorMessage: message } };
}

/** Drops the objects and waits for the one execution that refreshes the service for all of them. */
async function dropRasters(platform: Platform, resources: AsyncDisposableStack): Promise<OperationOutcome> {
  const before = platform.stateMachines.executions.length;
  const rasters = await startRasterDrop(platform.template, {
    invoke: platform.invoke,
    windowLimitSeconds: BATCHING_WINDOW_SECONDS,
    comeBackSeconds: 1,
  });
  resources.defer(() => rasters.close());
  for (const { key, body, raster } of DROPPED) {
    if ((await rasters.drop(key, body)) !== raster)
      throw new Error(`${key} was ${raster ? 'not ' : ''}taken for a raster`);
  }

  const execution = await platform.stateMachines.nth(before, AbortSignal.timeout(RASTER_WAIT_MS)).catch(() => {
    throw new Error(`No refresh was started within ${RASTER_WAIT_MS / 1000} s`);
  });
  return ending(execution);
}
