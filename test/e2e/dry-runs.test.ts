import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tilePlatform } from '../support/tile-runs.ts';

const TILES = { inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };

describe('a dry run by a state machine', () => {
  it('ends with what a run would do, and leaves no entry, no job and no claim', async (t) => {
    const platform = await tilePlatform(t);
    const { start, target, emulator, ledger } = platform;

    const executions = [
      start('manage-map-server-cache-tiles', { target, ...TILES, dryRun: true }),
      start('clear-rest-cache', { target, dryRun: true }),
    ];
    await platform.idle();

    for (const { status, output } of executions) {
      assert.equal(status, 'SUCCEEDED');
      assert.equal(Object(output).status, 'planned');
    }
    assert.deepEqual(await ledger.entries(), []);
    assert.deepEqual(emulator.jobs.list(), []);
  });

  it('that is refused fails by the error of a run, and leaves no entry either', async (t) => {
    const platform = await tilePlatform(t);
    const { start, target, ledger } = platform;

    const execution = start('manage-map-server-cache-tiles', { target, ...TILES, scales: [1], dryRun: true });
    await platform.idle();

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'InvalidInputError']);
    assert.deepEqual(await ledger.entries(), []);
  });
});
