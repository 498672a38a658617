import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pauseSite } from '../../../../functions/pause-site/operation.ts';
import { targetOf } from '../../../../shared/ledger/entry.ts';
import { pauseAt } from '../../../../shared/ledger/pauses.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const TILES = 'manage-map-server-cache-tiles';
const REASON = 'maintenance';

describe('a pause', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const stopped: string[] = [];
    const stop = async (arn: string) => void stopped.push(arn);
    return {
      ledger,
      stopped,
      pause: (target: string, until: string, more: object = {}) =>
        pauseSite({ target, until, reason: REASON, ...more }, ledger.table, stop),
      atWork: (name: string, target: string, status = 'running') =>
        ledger.put({ ...waitingEntry(TILES, name), target, status, executionArn: `arn:${name}` }),
    };
  }

  it('holds for its target until its end, and for no other', async (t) => {
    const { ledger, pause } = await open(t);
    const until = inSeconds(3600);

    assert.partialDeepStrictEqual(await pause('gis', until), {
      target: 'gis',
      status: 'paused',
      until,
      reason: REASON,
    });

    const of = (target: string, now: number) => ledger.table.pauseOf(target, now);
    assert.partialDeepStrictEqual(await of('gis', Date.now()), { name: 'gis', until, reason: REASON });
    assert.deepEqual([await of('other', Date.now()), await of('gis', Date.parse(until))], [undefined, undefined]);
  });

  it('of all holds for each, and of two that hold the later end counts', async (t) => {
    const { ledger, pause } = await open(t);
    const [early, late] = [inSeconds(60), inSeconds(600)];

    await pause('ALL', late);
    await pause('gis', early);

    for (const target of ['gis', 'other']) {
      assert.equal((await ledger.table.pauseOf(target, Date.now()))?.until, late);
    }
  });

  it('ends by a time that is past, and takes a time in any zone', async (t) => {
    const { ledger, pause } = await open(t);

    const { until } = await pause('gis', '2999-01-01T01:00:00+01:00');
    const ended = await pause('gis', inSeconds(-1));

    assert.equal(until, '2999-01-01T00:00:00.000Z');
    assert.equal(ended.status, 'ended');
    assert.equal(await ledger.table.pauseOf('gis', Date.now()), undefined);
  });

  it('stops the runs that are at work only where that is asked, those of the target only, and none when it ends', async (t) => {
    const { stopped, pause, atWork } = await open(t);
    await atWork('one', 'gis');
    await atWork('submits', 'gis', 'submitting');
    await atWork('waits', 'gis', 'waiting');
    await atWork('elsewhere', 'other');

    const told = await pause('gis', inSeconds(60));
    await pause('gis', inSeconds(-60), { cancel: true });
    assert.deepEqual([told.runsAtWork, told.cancelled, stopped], [2, [], []]);
    const { cancelled } = await pause('gis', inSeconds(60), { cancel: true });

    assert.deepEqual(stopped.toSorted(), ['arn:one', 'arn:submits']);
    assert.deepEqual(cancelled.toSorted(), [`${TILES}/one`, `${TILES}/submits`]);
    await pause('ALL', inSeconds(60), { cancel: true });
    assert.ok(stopped.includes('arn:elsewhere'));
  });

  it('is kept in the ledger past its end, and not for ever', async (t) => {
    const { ledger, pause } = await open(t);
    const until = inSeconds(90 * 86_400);

    await pause('gis', until);

    const item = await ledger.get('pause', 'gis');
    assert.ok(Number(item?.['expiresAt']) * 1000 > Date.parse(until));
    assert.equal(pauseAt([item], Date.now())?.name, 'gis');
  });

  it('is looked up by the target of a claim', () => {
    assert.deepEqual(['gis/Folder/Name.MapServer', 'bi', 'gis/-'].map(targetOf), ['gis', 'bi', 'gis']);
  });
});
