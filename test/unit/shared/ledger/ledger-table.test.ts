import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
const CLAIM = 'gis/Landsat.ImageServer';
const KEY = { operation: OPERATION, name: 'mine' };

function claimFor(name: string, seconds = 600) {
  return {
    holder: { operation: OPERATION, name },
    requestHash: 'request',
    now: inSeconds(0),
    leaseUntil: inSeconds(seconds),
  };
}

async function all<T>(pages: AsyncIterable<T[]>): Promise<T[][]> {
  const found: T[][] = [];
  for await (const page of pages) found.push(page);
  return found;
}

describe('the ledger’s table', () => {
  it('knows nothing of a run that is not there, and nobody of a service that nobody held', async (t) => {
    const { table } = await startTestLedger(t);

    assert.deepEqual([await table.entry(KEY), await table.claim(CLAIM)], [undefined, {}]);
  });

  it('grants a service to one of many who claim it at the same time', async (t) => {
    const { table } = await startTestLedger(t);
    const names = Array.from({ length: 8 }, (_, index) => `run-${index}`);

    const fences = await Promise.all(names.map((name) => table.tryClaim(CLAIM, claimFor(name))));

    assert.deepEqual(
      fences.filter((fence) => fence !== undefined),
      [1],
    );
    assert.equal((await table.claim(CLAIM)).holder, names[fences.indexOf(1)]);
  });

  it('grants it to the next after it was let go of, and after its lease, with a number that grows', async (t) => {
    const { table } = await startTestLedger(t);

    const first = await table.tryClaim(CLAIM, claimFor('first'));
    const tooEarly = await table.tryClaim(CLAIM, claimFor('second'));
    await table.changeClaim(CLAIM, { operation: OPERATION, name: 'first' }, { releasedAt: inSeconds(0) });
    const second = await table.tryClaim(CLAIM, claimFor('second', -1));
    const third = await table.tryClaim(CLAIM, claimFor('third'));

    assert.deepEqual([first, tooEarly, second, third], [1, undefined, 2, 3]);
    assert.equal((await table.claim(CLAIM)).releasedAt, undefined);
  });

  it('changes a claim for its holder alone, and no more after that has let go', async (t) => {
    const { table } = await startTestLedger(t);
    await table.tryClaim(CLAIM, claimFor('mine'));
    const later = inSeconds(3600);

    await table.changeClaim(CLAIM, { operation: 'other', name: 'mine' }, { leaseUntil: later });
    await table.changeClaim(CLAIM, { operation: OPERATION, name: 'other' }, { leaseUntil: later });
    const untouched = await table.claim(CLAIM);
    await table.changeClaim(CLAIM, KEY, { releasedAt: inSeconds(0) });
    await table.changeClaim(CLAIM, KEY, { leaseUntil: later });

    assert.notEqual(untouched.leaseUntil, later);
    const { releasedAt, leaseUntil } = await table.claim(CLAIM);
    assert.notEqual(releasedAt, undefined);
    assert.notEqual(leaseUntil, later);
  });

  it('says whether a step was taken', async (t) => {
    const { table, put } = await startTestLedger(t);
    await put({ ...KEY, status: 'succeeded' });

    const isTaken = [
      await table.step(KEY, 'isCancelled', { set: { cause: 'too late' } }),
      await table.note(KEY, ['waiting'], { set: { cause: 'too late' } }),
      await table.note(KEY, ['succeeded'], { set: { cause: 'in time' } }),
      await table.step({ ...KEY, name: 'nobody' }, 'fails', { set: {} }),
    ];

    assert.deepEqual(isTaken, [false, false, true, false]);
    assert.equal((await table.entry(KEY))?.cause, 'in time');
    assert.equal(await table.entry({ ...KEY, name: 'nobody' }), undefined);
  });

  it('has every run that waits ahead of a ticket, the oldest first, page by page, as it is now', async (t) => {
    const { table, put, calls } = await startTestLedger(t);
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
    const names = Array.from({ length: 120 }, (_, index) => `run-${String(index).padStart(3, '0')}`);
    for (const [index, name] of names.toReversed().entries()) {
      const operation = index % 2 === 0 ? OPERATION : 'manage-map-server-cache-tiles';
      await put(waitingEntry(operation, name, { startedAt: at(119 - index), waitingFor: CLAIM, seenAt: at(0) }));
    }
    await put(waitingEntry(OPERATION, 'elsewhere', { startedAt: at(0), waitingFor: 'gis/Other.MapServer' }));
    calls.length = 0;

    const pages = await all(table.ahead(CLAIM, `${at(110)}#run-110`));

    assert.deepEqual(
      pages.flat().map(({ name }) => name),
      names.slice(0, 110),
    );
    assert.deepEqual(
      pages.map(({ length }) => length),
      [100, 10],
    );
    // What the index does not hold is read with the entry.
    assert.ok(pages.flat().every(({ seenAt }) => seenAt === at(0)));
    assert.deepEqual(calls, ['Query', 'BatchGetItem', 'Query', 'BatchGetItem']);
  });

  it('has nobody ahead of the first', async (t) => {
    const { table } = await startTestLedger(t);

    assert.deepEqual((await all(table.ahead(CLAIM, '2026'))).flat(), []);
  });

  it('tells what DynamoDB refuses for another reason', async (t) => {
    const { table } = await startTestLedger(t);

    await assert.rejects(table.note({ operation: '', name: '' }, ['waiting'], { set: { cause: 'x' } }), {
      name: 'ValidationException',
    });
  });
});
