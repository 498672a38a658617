import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { PLANTS } from '../simulation/plants.ts';
import { simulate } from '../simulation/simulate.ts';

/** `npm run test:simulation` plays as many as it is told. */
const SEEDS = [1, 2, 5, 7, 12, 14, 22, 29];

/** Each of them breaks one thing in what the seed runs. */
const PLANTED: [plant: string, seed: number][] = [
  ['P1', 3],
  ['P3', 1],
];

describe('a simulated schedule of runs, stops and troubles', () => {
  for (const seed of SEEDS) {
    it(`leaves everything in order (seed ${seed})`, async () => {
      const { violations, runs } = await simulate(seed);

      assert.deepEqual(violations, []);
      assert.ok(runs > 0);
    });
  }

  for (const [plant, seed] of PLANTED) {
    const { says, breaks } = PLANTS[plant] ?? {};
    it(`shows it when ${says}`, async () => {
      const { violations } = await simulate(seed, PLANTS[plant]);

      assert.ok(
        violations.some((violation) => violation.startsWith(`${breaks} `)),
        violations.join('\n'),
      );
    });
  }
});

test('the same seed gives the same run, and another seed another', async () => {
  const [first, again, other] = [await simulate(3), await simulate(3), await simulate(4)];

  assert.deepEqual(again.trace, first.trace);
  assert.notDeepEqual(other.trace, first.trace);
  assert.ok(first.faults > 0 && first.trace.length > 10);
});
