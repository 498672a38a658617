import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KeptEntry } from '../local/ledger.ts';
import { LedgerFile } from '../local/ledger-file.ts';
import { startPlatform } from '../local/platform.ts';
import { type RasterDrop, sourcesOf, startRasterDrop } from '../local/raster-drop.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { startStorage } from '../local/storage.ts';
import { synthesize } from '../local/synth.ts';
import type { Source } from '../shared/rasters/sources.ts';
import { checkedSettings } from './checked-settings.ts';
import { followExecution, RunLines } from './follow-execution.ts';
import { runAsJson } from './run-view.ts';
import type { Secrets } from './secrets-file.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage.ts';

/** Puts files into the raster bucket of some settings. */
export interface Dropping {
  files: string[];
  source?: string;
  secrets?: Secrets;
  settings?: string;
}

/** With servers of one's own every wait is as long as on AWS. */
const BATCHING_WINDOW_SECONDS = 1;

/**
 * Drops the files in the order given, and waits for all that follows. Gives the entries of the runs; `ok`: all succeeded.
 *
 * @throws UsageError where a file or a source is not there
 */
export async function dropFiles(
  { files, source: name, secrets, settings }: Dropping,
  { progress, resources, interrupted }: Surroundings,
): Promise<{ runs: object[]; ok: boolean }> {
  const bodies = await Promise.all(files.map(async (file) => ({ file, body: await bodyOf(file) })));
  const assemblyDirectory = await synthesize(progress, await checkedSettings(settings));
  interrupted.throwIfAborted();
  const storage = await startStorage();
  resources.defer(() => storage.close());
  const targets = secrets?.targets ?? (await startedTargets(resources));
  const kept = new LedgerFile();
  resources.defer(() => kept.close());
  const lines = new RunLines();
  const written = new Map<string, KeptEntry>();
  const platform = await startPlatform({
    assemblyDirectory,
    targets,
    kept,
    loads: 'ended',
    storage,
    onRun: (execution, settled) => followExecution(execution, settled, progress, lines),
    onWrite(entry) {
      lines.tell(entry);
      const { operation, name: run } = entry;
      if (typeof operation !== 'string' || typeof run !== 'string' || entry['startedAt'] === undefined) return;
      written.set(`${operation}/${run}`, { ...entry, operation, name: run });
    },
    onUnexpected: (text) => progress.note(text),
    onWarning: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());
  const source = sourceNamed(sourcesOf(platform.template), name);
  const rasters = await startRasterDrop(platform.template, {
    storage,
    invoke: platform.invoke,
    windowLimitSeconds: secrets === undefined ? BATCHING_WINDOW_SECONDS : Number.POSITIVE_INFINITY,
    comeBackSeconds: 1,
  });
  resources.defer(() => rasters.close());
  for (const { file, body } of bodies) {
    interrupted.throwIfAborted();
    const key = keyBelow(source.prefix, basename(file));
    const isRaster = await rasters.drop(source.bucket, key, body);
    progress.note(`${key}: ${isRaster ? 'a new raster' : 'no raster of any source'}`);
  }
  await allThatFollows(rasters, platform, interrupted);
  const runs = [...written.values()];
  return { runs: runs.map(runAsJson), ok: runs.every(({ status }) => status === 'succeeded') };
}

/** What one run leaves to another has its execution before the first one ends. */
async function allThatFollows(
  rasters: RasterDrop,
  { stateMachines, told }: Pick<Awaited<ReturnType<typeof startPlatform>>, 'stateMachines' | 'told'>,
  interrupted: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve()));
  const settled = async () => {
    await rasters.idle();
    await stateMachines.idle();
    await told();
  };
  await Promise.race([settled(), aborted]);
}

async function bodyOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function startedTargets(resources: AsyncDisposableStack): Promise<Record<string, unknown>> {
  const emulators = await startEmulators();
  resources.defer(() => emulators.close());
  return emulators.targets;
}

function sourceNamed(sources: readonly Source[], name: string | undefined): Source {
  const [only, ...others] = sources;
  const names = sources.map((source) => source.name).join(', ');
  if (only === undefined) throw new UsageError('The settings have no rasters: nothing would follow');
  if (name === undefined && others.length === 0) return only;
  if (name === undefined) throw new UsageError(`The settings have several sources: give --source, one of ${names}`);
  const named = sources.find((source) => source.name === name);
  if (named === undefined) throw new UsageError(`The settings have no source "${name}"; there are: ${names}`);
  return named;
}

/** Where the prefix goes on behind its last folder, a name that begins so already is taken as it is. */
function keyBelow(prefix: string, name: string): string {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return name.startsWith(prefix.slice(folder.length)) ? `${folder}${name}` : `${prefix}${name}`;
}
