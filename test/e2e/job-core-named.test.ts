import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASEMAP, TILES, tilePlatform } from '../support/tile-runs.ts';

test('a run in a stack with a name is found by its operation when it is stopped, and its job is cancelled', async (t) => {
  const platform = await tilePlatform(t, { settings: { name: 'test' } });
  const input = { target: platform.target, inputService: BASEMAP, updateMode: 'RECREATE_EMPTY_TILES' };

  const execution = platform.start(`test-${TILES}`, input, 'to-be-stopped');
  await platform.clock.after(60, () => execution.abort());
  await platform.idle();

  const entry = await platform.ledger.get(TILES, 'to-be-stopped');
  assert.deepEqual([execution.status, entry?.['status']], ['ABORTED', 'cancelled']);
  assert.deepEqual(
    platform.emulator.jobs.list().map(({ status }) => status),
    ['esriJobCancelled'],
  );
});
