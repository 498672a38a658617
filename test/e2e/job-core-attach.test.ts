import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BASEMAP, ended, startTiles, TILES, tilePlatform } from '../support/tile-runs.ts';

describe('a run that is attached to an equal one', () => {
  for (const seconds of [1, 13, 40, 170]) {
    it(`ends as that does, though a different run takes the service at once; started ${seconds} s before it`, async (t) => {
      const platform = await tilePlatform(t);

      const holder = startTiles(platform, 'holder');
      await platform.clock.after(5, () => undefined);
      const attached = startTiles(platform, 'attached');
      await platform.clock.after(seconds, () => undefined);
      const different = startTiles(platform, 'different', { updateMode: 'RECREATE_ALL_TILES' });
      await ended([holder, attached, different]);

      assert.partialDeepStrictEqual(attached.output, { jobId: Object(holder.output).jobId, attachedTo: 'holder' });
      assert.equal(platform.emulator.jobs.list().length, 2);
      const entry = await platform.ledger.get(TILES, 'attached');
      assert.deepEqual([entry?.['attachedTo'], entry?.['waitingFor']], ['holder', undefined]);
    });
  }

  it('takes no place of those that may wait', async (t) => {
    const platform = await tilePlatform(t, { settings: { jobs: { [TILES]: { maxWaiting: 1 } } } });

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(5, () => undefined);
    const attached = [1, 2, 3].map((number) => startTiles(platform, `attached-${number}`));
    await platform.clock.after(30, () => undefined);
    const waiting = startTiles(platform, 'waiting', { updateMode: 'RECREATE_ALL_TILES' });
    await ended([holder, ...attached, waiting]);

    assert.deepEqual(
      [holder, ...attached, waiting].map(({ status }) => status),
      Array(5).fill('SUCCEEDED'),
    );
    assert.equal(platform.emulator.jobs.list().length, 2);
  });

  it('waits for its own turn again when that one is gone without a word', async (t) => {
    const platform = await tilePlatform(t);
    const name = `${platform.target}/${BASEMAP}`;
    await ended([startTiles(platform, 'before')]);
    const claim = await platform.ledger.get('claim', name);
    const now = platform.clock.now();
    const leaseUntil = new Date(now + 3_600_000).toISOString();
    await platform.ledger.put({
      ...{ operation: 'claim', name, holder: 'lost', holderOperation: TILES, fence: 7 },
      requestHash: String(claim?.['requestHash']),
      claimedAt: new Date(now).toISOString(),
      leaseUntil,
    });

    const attached = startTiles(platform, 'attached');
    await platform.clock.after(600, () => undefined);
    const before = await platform.ledger.get(TILES, 'attached');
    await ended([attached]);

    assert.deepEqual([before?.['attachedTo'], before?.['waitingFor']], ['lost', undefined]);
    assert.equal(attached.status, 'SUCCEEDED', attached.cause);
    assert.equal(platform.emulator.jobs.list().length, 2);
    assert.ok((platform.emulator.jobs.list()[1]?.submittedAt ?? 0) > Date.parse(leaseUntil));
    const after = await platform.ledger.get(TILES, 'attached');
    assert.deepEqual([after?.['status'], after?.['attachedTo']], ['succeeded', undefined]);
  });

  it('is stopped alone: the job of the other goes on', async (t) => {
    const platform = await tilePlatform(t);

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(5, () => undefined);
    const attached = startTiles(platform, 'attached');
    await platform.clock.after(60, () => attached.abort());
    await platform.idle();

    assert.deepEqual([holder.status, attached.status], ['SUCCEEDED', 'ABORTED']);
    assert.equal((await platform.ledger.get(TILES, 'attached'))?.['status'], 'cancelled');
    assert.deepEqual(
      platform.emulator.jobs.list().map(({ status }) => status),
      ['esriJobSucceeded'],
    );
  });
});
