import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { operations } from '../../infra/operations.ts';
import { quickCells, runCell } from '../faults/cells.ts';
import type { Cell } from '../faults/expected.ts';
import { faults } from '../faults/faults.ts';
import { workTimeOf } from '../faults/run-cell.ts';
import { startWorld, type World } from '../faults/world.ts';

/** A part of `npm run test:faults`: each kind of vendor call meets each fault. */
describe('a vendor call that meets a fault', () => {
  let world: World;
  let cells: Cell[];

  before(async () => {
    world = await startWorld();
    cells = await quickCells(world);
  });
  after(() => world.close());

  for (const fault of faults) {
    it(`ends as the contract says: ${fault.name}, ${fault.what}`, async () => {
      const reports = [];
      for (const cell of cells) if (cell.fault === fault) reports.push(await runCell(world, cell));

      const unexpected = reports.filter(({ problems }) => problems.length > 0);
      assert.ok(reports.length >= 5);
      assert.deepEqual(unexpected, []);
    });
  }

  it('is met within two minutes, or five where projects are purged', () => {
    const minutes = Object.fromEntries(operations.map(({ name }) => [name, workTimeOf(name) / 60_000]));

    assert.deepEqual(minutes, {
      'clear-rest-cache': 2,
      'delete-map-server-cache': 2,
      'manage-map-server-cache-tiles': 2,
      'refresh-service': 2,
      'purge-microstrategy-caches': 5,
    });
  });
});
