import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { LedgerEntry } from './ledger.ts';
import { CACHE } from './synth.ts';

const KEPT_RUNS = 200;
const ENDING = '.json';

/** The part of a run's entry that a file must have. */
const runSchema = z.looseObject({ operation: z.string(), name: z.string(), startedAt: z.string() });

/** The runs of local commands, kept when their ledgers are gone; one file each, so that commands at once do not clash. */
export class RunFiles {
  readonly #directory: string;

  constructor(directory = join(CACHE, 'runs')) {
    this.#directory = directory;
  }

  /** Keeps these runs, and of all only the newest. */
  async save(runs: LedgerEntry[]): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    for (const run of runs) {
      const { name } = runSchema.parse(run);
      // Renamed into its place: nobody reads half of it.
      const temporary = join(this.#directory, `${randomUUID()}.new`);
      await writeFile(temporary, JSON.stringify(run));
      await rename(temporary, join(this.#directory, `${name}${ENDING}`));
    }
    for (const { name } of (await this.read()).slice(KEPT_RUNS)) {
      await rm(join(this.#directory, `${name}${ENDING}`), { force: true });
    }
  }

  /** Every run that is kept, the newest first. */
  async read(): Promise<z.output<typeof runSchema>[]> {
    const files = (await readdir(this.#directory).catch(() => [])).filter((file) => file.endsWith(ENDING));
    const runs = await Promise.all(files.map((file) => readRun(join(this.#directory, file))));
    return runs.flat().sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }
}

/** Another command may just have removed it. */
async function readRun(path: string): Promise<z.output<typeof runSchema>[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? [] : [runSchema.parse(JSON.parse(text))];
}
