import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Killed, killedAt, killPoints, problemsOf, tableOf } from './kills.ts';

/** A part of the points, in their order: `KILLS=40-80`. */
const [first = 0, last = Number.POSITIVE_INFINITY] = (process.env['KILLS'] ?? '0-')
  .split('-')
  .map((n) => (n === '' ? Number.POSITIVE_INFINITY : Number(n)));

test('a burst whose functions and executions are killed at every step loses nothing and refreshes nothing twice', async () => {
  const points = (await killPoints()).slice(first, last);
  const all: Killed[] = [];
  for (const point of points) {
    const killed = await killedAt(point);
    all.push(killed);
    for (const problem of problemsOf(killed)) console.error(`unexpected: ${killed.title}: ${problem}`);
  }

  console.log(tableOf(all));
  const unexpected = all.flatMap((killed) => problemsOf(killed).map((problem) => `${killed.title}: ${problem}`));
  console.log(`${all.length} kill points: ${unexpected.length} unexpected.`);
  assert.deepEqual(unexpected, []);
});
