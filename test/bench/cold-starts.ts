import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Variant } from './variants.ts';

const RUNNER = fileURLToPath(new URL('runner.cjs', import.meta.url));
const run = promisify(execFile);

const sampleSchema = z.object({
  outcome: z.string(),
  totalMs: z.number(),
  loadMs: z.number(),
  callMs: z.number(),
  warmUs: z.number(),
  peakMiB: z.number(),
});

export type Sample = z.output<typeof sampleSchema>;

export interface ColdStarts {
  variants: Variant[];
  event: object;
  rounds: number;
  environment: Record<string, string>;
  /** Calls before and in the warm measurement. */
  warmCalls?: number;
}

/**
 * Runs every variant in a fresh process in each round, in an order of its own; the first round is not counted.
 */
export async function coldStarts({ variants, event, rounds, environment, warmCalls = 0 }: ColdStarts) {
  const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, path } of shuffled(variants)) {
      const { stdout } = await run(process.execPath, [RUNNER, path, JSON.stringify(event), String(warmCalls)], {
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      });
      const sample = sampleSchema.parse(JSON.parse(stdout));
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return samples;
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
