import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStored, type StoredCache, tablesOfCube } from '../../../../shared/microstrategy/stored-cache.ts';
import { fits, type Where } from '../../../../shared/microstrategy/where.ts';

// No page of the vendor shows an entry of a content cache: every reading is taken.

const ID = '0123456789ABCDEF0123456789ABCDEF';
const entry = {
  id: ID,
  projectId: 'b7ca92f04b9fae8d941c3e9b7e0cd754',
  source: { id: 'AA', name: 'Sales by day', type: 'report' },
  status: { ready: true, loaded: false, invalid: false },
  dbTablesUsed: ['LU_DAY', 'F_SALES'],
  warehouseTablesUsed: ['CUBE_7'],
  databaseConnectionId: 'CC',
};
const read: StoredCache = {
  id: 'Y29tYmluZWQ=',
  ids: ['Y29tYmluZWQ=', ID, 'AA'],
  name: 'Sales by day',
  projectId: 'B7CA92F04B9FAE8D941C3E9B7E0CD754',
  tables: ['LU_DAY', 'F_SALES'],
  connectionIds: ['CC'],
  states: ['ready', 'unloaded'],
  contentType: 'report',
};

describe('an entry of the list of stored caches', () => {
  const same: [what: string, item: object][] = [
    ['under its combined id, as the client reads it', { 'Y29tYmluZWQ=': entry }],
    ['with its combined id inside', { ...entry, combinedId: 'Y29tYmluZWQ=' }],
    ['with tables as objects', { 'Y29tYmluZWQ=': { ...entry, dbTablesUsed: [{ name: 'LU_DAY' }, { name: 'F_SALES' }] } }],
    ['with tables in one text', { 'Y29tYmluZWQ=': { ...entry, dbTablesUsed: 'LU_DAY, F_SALES' } }],
    ['with warehouseTablesUsed alone', { 'Y29tYmluZWQ=': { ...entry, dbTablesUsed: undefined, warehouseTablesUsed: ['LU_DAY', 'F_SALES'] } }],
    ['with status words', { 'Y29tYmluZWQ=': { ...entry, status: 'READY, unloaded' } }],
    ['with a list of status words', { 'Y29tYmluZWQ=': { ...entry, status: ['Ready', 'Unloaded'] } }],
    ['with flags as texts', { 'Y29tYmluZWQ=': { ...entry, status: { ready: 'true', loaded: false } } }],
  ]; // biome-ignore format: a table reads better so
  for (const [what, item] of same) {
    it(`is read the same ${what}`, () => {
      const caches = readStored(item);

      assert.deepEqual(caches, [read]);
    });
  }

  it('is read of a cube as the vendor shows it, whose tables only the answer about it tells', () => {
    const cube = {
      id: `${ID}:B7CA:bm9kZQ==`,
      source: { id: 'BB', name: 'Cube', type: 'cube' },
      state: { active: true, infoDirty: true, processing: false, loadedState: 'unloadPending' },
      databaseConnections: [{ id: 'CC', name: 'Warehouse' }],
    };

    const [cache] = readStored(cube) ?? [];

    assert.deepEqual([cache?.id, cache?.tables, cache?.connectionIds, cache?.states], [cube.id, undefined, ['CC'], ['active', 'infodirty', 'unloadpending']]); // biome-ignore format: one line
    assert.deepEqual(tablesOfCube({ ...cube, jobExecutionStatistics: { accessedTables: [{ name: 'LU_DAY' }] } }), ['LU_DAY']); // biome-ignore format: one line
    assert.equal(tablesOfCube(cube), undefined);
  });

  for (const item of [null, 7, 'text', [], { '': entry }, { key: 'text' }, { [ID]: null }]) {
    it(`is none where it cannot be named: ${JSON.stringify(item).slice(0, 40)}`, () => {
      assert.equal(readStored(item), undefined);
    });
  }
});

describe('where', () => {
  const bare: StoredCache = { ...read, tables: undefined, connectionIds: [], states: [], contentType: undefined };
  const cases: [where: Where, ofRead: boolean, ofBare: boolean][] = [
    [{}, true, true],
    [{ whTables: ['LU_DAY', 'X'] }, true, false],
    [{ whTables: ['lu_day', 'LU'] }, false, false],
    [{ connectionIds: ['CC'] }, true, false],
    [{ status: 'ready' }, true, false],
    [{ status: ['loaded', 'unloaded'] }, true, false],
    [{ status: 'loaded' }, false, false],
    [{ contentTypes: ['report'] }, true, false],
    [{ contentTypes: ['document', 'dashboard', 'cube'] }, false, false],
    [{ ids: [ID.toLowerCase()] }, true, true],
    [{ ids: ['y29tYmluZWQ='] }, false, false],
    [{ whTables: ['LU_DAY'], status: 'invalid' }, false, false],
  ];
  for (const [where, ofRead, ofBare] of cases) {
    it(`means a cache by every key and any value of it: ${JSON.stringify(where)}`, () => {
      assert.deepEqual([fits(read, where), fits(bare, where)], [ofRead, ofBare]);
    });
  }

  it('means by dashboard what the server calls so, dossier or docdossier', () => {
    const types = ['dashboard', 'dossier', 'docdossier', 'document'];

    const meant = types.filter((contentType) => fits({ ...read, contentType }, { contentTypes: ['dashboard'] }));

    assert.deepEqual(meant, ['dashboard', 'dossier', 'docdossier']);
  });
});
