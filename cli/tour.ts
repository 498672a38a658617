import { readdirSync, readFileSync } from 'node:fs';
import { LedgerFile } from '../local/ledger-file.ts';
import { asOutcome, type OperationOutcome } from '../local/operation-outcome.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { sourcesOf, startRasterDrop } from '../local/raster-drop.ts';
import { fireSchedule } from '../local/schedules.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { type Storage, startStorage } from '../local/storage.ts';
import { synthesize } from '../local/synth.ts';
import { followExecution } from './follow-execution.ts';
import { operationHelp } from './operation-help.ts';
import type { SummaryRow } from './summary-table.ts';
import type { Surroundings } from './surroundings.ts';

/** The tour's jobs are short, and so are its waits. */
const PAUSE_MS = 200;
const BATCHING_WINDOW_SECONDS = 1;
const RASTER_WAIT_MS = 15_000;

const RASTERS = new URL('../local/tour-rasters/', import.meta.url);
const FOLDER = 'landsat/2026/';

/** The rasters of the tour, and two objects that are none. */
function dropped(): { key: string; body: Buffer; raster: boolean }[] {
  const rasters = readdirSync(RASTERS).map((name) => ({
    key: `${FOLDER}${name}`,
    body: readFileSync(new URL(encodeURIComponent(name), RASTERS)),
    raster: true,
  }));
  return [
    { key: `${FOLDER}empty.tif`, body: Buffer.alloc(0), raster: false },
    { key: `${FOLDER}readme.txt`, body: Buffer.from('no raster'), raster: false },
    ...rasters,
  ];
}

/** What the tour starts, one after the other. */
interface Stop {
  row: Pick<SummaryRow, 'operation' | 'startedBy' | 'target'>;
  run: () => Promise<OperationOutcome>;
}

/** Runs every operation against the emulators and drops rasters; after Ctrl-C nothing more. Gives what was run. */
export async function runTour(surroundings: Surroundings): Promise<{ rows: SummaryRow[]; left: number }> {
  const { progress, resources, interrupted } = surroundings;
  const assemblyDirectory = await synthesize(progress);
  interrupted.throwIfAborted();
  const emulators = await startEmulators();
  resources.defer(() => emulators.close());
  const storage = await startStorage();
  resources.defer(() => storage.close());
  const kept = new LedgerFile();
  resources.defer(() => kept.close());
  const platform = await startPlatform({
    assemblyDirectory,
    targets: emulators.targets,
    kept,
    storage,
    pauseMs: PAUSE_MS,
    onRun: (execution, settled) => followExecution(execution, settled, progress),
    onUnexpected: (text) => progress.note(text),
    onWarning: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());

  const stops = stopsOf(platform, storage, surroundings);
  const rows: SummaryRow[] = [];
  for (const { row, run } of stops) {
    if (interrupted.aborted) break;
    const startedAt = Date.now();
    const requestsBefore = emulators.requestCount();
    const outcome = await run().catch(asOutcome);
    const seconds = (Date.now() - startedAt) / 1000;
    rows.push({ ...row, outcome, seconds, requests: emulators.requestCount() - requestsBefore });
  }
  await platform.told();
  progress.note(wordsOfTelling(platform));
  return { rows, left: stops.length - rows.length };
}

/** What others heard of the tour: programs by events, people by mail. */
function wordsOfTelling({ events, mailBox }: Platform): string {
  const counts = Map.groupBy(events, (event) => event['detail-type']);
  const heard = [...counts].map(([name, all]) => `${all.length} ${name}`).join(', ');
  const mails = mailBox.published.length;
  return `Events: ${heard || 'none'}. Mails: ${mails === 0 ? 'none' : `${mails}, in ${mailBox.directory}`}.`;
}

/** Each operation by hand, then the schedules of the tour's settings, then new rasters. */
function stopsOf(platform: Platform, storage: Storage, surroundings: Surroundings): Stop[] {
  const byHand = Object.entries(operationHelp).map(([operation, { example }]) => ({
    row: { operation, startedBy: 'hand', target: String(example['target']) },
    run: () => platform.run(operation, example),
  }));
  const scheduled = platform.template.schedules.map((schedule) => ({
    row: { operation: schedule.name, startedBy: `schedule ${schedule.name}`, target: 'arcgis' },
    run: () => fireSchedule(schedule, platform),
  }));
  const last = {
    row: { operation: 'renew-from-rasters', startedBy: 'new rasters', target: 'arcgis' },
    run: () => dropRasters(platform, storage, surroundings),
  };
  return [...byHand, ...scheduled, last];
}

/** Drops the objects and waits for the one run that has the service show all of them, and their tiles drawn again. */
async function dropRasters(
  platform: Platform,
  storage: Storage,
  { resources, interrupted, progress }: Surroundings,
): Promise<OperationOutcome> {
  const before = platform.stateMachines.executions.length;
  const rasters = await startRasterDrop(platform.template, {
    storage,
    invoke: platform.invoke,
    windowLimitSeconds: BATCHING_WINDOW_SECONDS,
    comeBackSeconds: 1,
  });
  // Whoever is interrupted meanwhile has closed everything else already.
  if (interrupted.aborted) {
    await rasters.close();
    return stoppedBeforeIts('refresh');
  }
  resources.defer(() => rasters.close());
  const [source] = sourcesOf(platform.template);
  for (const { key, body, raster } of dropped()) {
    if ((await rasters.drop(source?.bucket ?? '', key, body)) !== raster)
      throw new Error(`${key} was ${raster ? 'not ' : ''}taken for a raster`);
  }

  const droppedAt = Date.now();
  const patience = AbortSignal.any([interrupted, AbortSignal.timeout(RASTER_WAIT_MS)]);
  const execution = await platform.stateMachines.nth(before, patience).catch(() => undefined);
  if (execution) {
    const outcome = await platform.ending(execution);
    progress.note(`From the last raster to the last tile: ${((Date.now() - droppedAt) / 1000).toFixed(1)} s.`);
    return outcome;
  }
  if (interrupted.aborted) return stoppedBeforeIts('refresh');
  throw new Error(`No refresh was started within ${RASTER_WAIT_MS / 1000} s`);
}

function stoppedBeforeIts(what: string): OperationOutcome {
  return { error: { errorType: 'JobCancelledError', errorMessage: `Stopped before the ${what} was started.` } };
}
