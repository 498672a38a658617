import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alone } from './alone.ts';
import { type Killed, problemsOf, randomKills, tableOf } from './kills.ts';
import { type Burst, playBurst } from './play-burst.ts';

const BURST: Burst = { objects: 10_000, seconds: 600, seed: 1, poisonedOf: 100 };
const MAX_TRANSITIONS = 3_000;
const MAX_DOLLARS = 0.1;
/** Chosen anew, it shows other kills: `SEED=7`. */
const SEED = Number(process.env['SEED'] ?? 1);

describe('10,000 objects within ten minutes, one in a hundred of them poisoned', () => {
  it('are at most two runs and cost cents', async () => {
    const burst = await played('nothing', BURST);

    assert.deepEqual(problemsOf(burst), []);
    assert.ok(burst.runs <= 2 && burst.refreshes <= 2);
    assert.ok(burst.transitions < MAX_TRANSITIONS, String(burst.transitions));
    assert.ok(burst.dollars < MAX_DOLLARS, String(burst.dollars));
  });

  it('are all covered and refreshed only once where functions and executions are killed at random', async () => {
    const burst = await played(`at random, seed ${SEED}`, { ...BURST, seed: SEED, isKilled: randomKills(SEED) });

    assert.ok(burst.kills > 0);
    assert.deepEqual(problemsOf(burst), []);
  });
  it('are at most three runs where the file that they wait for comes ten minutes after them', async () => {
    const burst = await played('nothing, with a gate', { ...BURST, objects: 2_000, gateSeconds: 1_200 });

    assert.deepEqual(problemsOf(burst), []);
    assert.ok(burst.runs <= 3 && burst.refreshes <= 3);
  });
});

async function played(title: string, burst: Burst): Promise<Killed> {
  const { platform: _platform, points: _points, ...told } = await alone((t) => playBurst(t, burst));
  console.log(`${tableOf([{ ...told, title }])}\n${told.kills} kills, ${told.invocations} calls of functions`);
  return { ...told, title };
}
