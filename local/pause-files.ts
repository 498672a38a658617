import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { PAUSES } from '../shared/ledger/pauses.ts';
import type { LedgerEntry } from './ledger.ts';
import { CACHE } from './synth.ts';

const pauseSchema = z.looseObject({
  operation: z.literal(PAUSES),
  name: z.string(),
  until: z.string(),
  reason: z.string(),
  setAt: z.string(),
});

export type KeptPause = z.output<typeof pauseSchema>;

/** The pauses of local commands, kept for the next ones: a file for each target. */
export class PauseFiles {
  readonly #directory: string;

  constructor(directory = join(CACHE, 'pauses')) {
    this.#directory = directory;
  }

  /** Keeps the pauses among these items of the ledger, where they are newer than what is kept. */
  async save(entries: readonly LedgerEntry[]): Promise<void> {
    const kept = new Map((await this.#all()).map((pause) => [pause.name, pause.setAt]));
    for (const pause of entries.flatMap((entry) => pauseSchema.safeParse(entry).data ?? [])) {
      if ((kept.get(pause.name) ?? '') >= pause.setAt) continue;
      await mkdir(this.#directory, { recursive: true });
      const temporary = join(this.#directory, `${randomUUID()}.new`);
      await writeFile(temporary, JSON.stringify(pause));
      await rename(temporary, join(this.#directory, `${pause.name}.json`));
    }
  }

  /** Those that hold now. */
  async read(): Promise<KeptPause[]> {
    return (await this.#all()).filter(({ until }) => Date.parse(until) > Date.now());
  }

  async #all(): Promise<KeptPause[]> {
    const files = (await readdir(this.#directory).catch(() => [])).filter((file) => file.endsWith('.json'));
    const texts = await Promise.all(
      files.map((file) => readFile(join(this.#directory, file), 'utf8').catch(() => '{}')),
    );
    return texts.flatMap((text) => pauseSchema.safeParse(JSON.parse(text)).data ?? []);
  }
}
