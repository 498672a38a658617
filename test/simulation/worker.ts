import { PLANTS } from './plants.ts';
import { simulate } from './simulate.ts';

/** A seed to play, and the fault to plant in it. */
export interface Order {
  seed: number;
  plant?: string | undefined;
}

// Stacks cost a tenth of the time; `--seed` shows them.
Error.stackTraceLimit = 0;

process.on('message', async ({ seed, plant }: Order) => {
  const { trace: _long, ...report } = await simulate(seed, plant === undefined ? undefined : PLANTS[plant]);
  process.send?.(report);
});
