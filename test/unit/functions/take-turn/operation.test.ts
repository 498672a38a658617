import assert from 'node:assert/strict';
import { beforeEach, describe, it, type TestContext } from 'node:test';
import { takeTurn } from '../../../../functions/take-turn/operation.ts';
import { inSeconds, startTestLedger, type TestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'manage-map-server-cache-tiles';
const CLAIM = 'gis/Basemap.MapServer';
const EQUAL = 'equal-request';
const HOUR = 3600;

describe('a run that takes a turn', () => {
  let startedAt: string;
  beforeEach(() => {
    startedAt = inSeconds(-10);
  });

  /** The ledger with the entry of the run that takes a turn, and one look of that run. */
  async function open(t: TestContext, { operation = OPERATION, startedBy = 'person' } = {}) {
    const ledger = await startTestLedger(t);
    const entry = waitingEntry(operation, 'mine', { startedAt, waitingFor: CLAIM });
    await ledger.put(entry);
    const run = { operation, name: 'mine', startedAt, startedBy, ticket: entry.ticket };
    const turn = { run, claim: CLAIM, request: EQUAL, later: false, maxWaiting: 2, submitSeconds: 150, isNew: true };
    return { ledger, look: async (more: object = {}) => Object(await takeTurn({ ...turn, ...more }, ledger.table)) };
  }

  const claimed = (more: object = {}) => ({
    operation: 'claim',
    name: CLAIM,
    holder: 'theirs',
    holderOperation: OPERATION,
    requestHash: 'other-request',
    fence: 3,
    claimedAt: inSeconds(-HOUR),
    leaseUntil: inSeconds(HOUR),
    ...more,
  });
  const mine = (ledger: TestLedger) => ledger.get(OPERATION, 'mine');
  const claimOf = (ledger: TestLedger) => ledger.get('claim', CLAIM);

  it('holds a service that nobody ever held, under a lease past its submit', async (t) => {
    const { ledger, look } = await open(t);

    const { claimedAt, run, ...turn } = await look();

    assert.deepEqual([run.name, run.waitingCost], ['mine', undefined]);
    assert.deepEqual(turn, { next: 'end', outcome: 'holder', fence: '1' });
    const claim = await claimOf(ledger);
    assert.partialDeepStrictEqual(claim, { holder: 'mine', holderOperation: OPERATION, requestHash: EQUAL, fence: 1 });
    assert.equal(claim?.['claimedAt'], claimedAt);
    const lease = Date.parse(String(claim?.['leaseUntil'])) - Date.parse(claimedAt);
    assert.ok(Math.abs(lease - HOUR * 500) < 1000, `a lease of ${lease / 1000} s`);
  });

  for (const [what, changes] of [
    ['that was let go of', { releasedAt: inSeconds(-1) }],
    ['whose lease has run out', { leaseUntil: inSeconds(-1) }],
  ] as const) {
    it(`holds a service ${what}, by the next fencing number`, async (t) => {
      const { ledger, look } = await open(t);
      await ledger.put(claimed(changes));

      const turn = await look();

      assert.partialDeepStrictEqual(turn, { outcome: 'holder', fence: '4' });
      assert.equal((await claimOf(ledger))?.['releasedAt'], undefined);
    });
  }

  it('holds what it has claimed although the answer to that was lost', async (t) => {
    const { ledger, look } = await open(t);
    ledger.loseAnswer('UpdateItem');

    const first = await look();
    const second = await look({ look: { state: first } });

    assert.deepEqual([first.outcome ?? first.next, second.outcome, second.fence], ['wait', 'holder', '1']);
    assert.equal((await claimOf(ledger))?.['fence'], 1);
  });

  it('holds what it held already, by the same number and since the same time', async (t) => {
    const { ledger, look } = await open(t);
    const claimedAt = inSeconds(-5);
    await ledger.put(claimed({ holder: 'mine', claimedAt }));

    const { run: _run, ...turn } = await look();

    assert.deepEqual(turn, { next: 'end', outcome: 'holder', fence: '3', claimedAt });
  });

  it('waits while another operation has an execution of the same name at work', async (t) => {
    const { ledger, look } = await open(t);
    await ledger.put(claimed({ holder: 'mine', holderOperation: 'refresh-service' }));

    assert.partialDeepStrictEqual(await look(), { next: 'wait' });
  });

  it('waits for what somebody else holds, says so in the ledger, and waits longer the older it is', async (t) => {
    const { ledger, look } = await open(t);
    await ledger.put(claimed());

    const turn = await look();
    const later = await look({ look: { state: { ...turn, looks: 7 } } });

    assert.deepEqual(turn, { next: 'wait', looks: 1, attach: {}, waitSeconds: 2 });
    assert.equal(later.looks, 8);
    const entry = await mine(ledger);
    assert.equal(entry?.['waitingFor'], CLAIM);
    assert.ok(Date.parse(String(entry?.['seenAt'])) > Date.now() - 60_000);
    assert.ok(Number(entry?.['expiresAt']) * 1000 > Date.now() + 399 * 24 * HOUR * 1000);
    const old = await look({ run: { operation: OPERATION, name: 'old', startedAt: inSeconds(-HOUR), ticket: '2000' } });
    assert.equal(old.waitSeconds, 180);
  });

  it('ends its window after two hundred looks, and is not new in the next', async (t) => {
    const { ledger, look } = await open(t);
    await ledger.put(claimed());

    const turn = await look({ look: { state: { looks: 199, attach: {} } } });

    assert.deepEqual(turn, { next: 'end', outcome: 'again', looks: 200, attach: {}, isNew: false });
  });

  it('is the only one that claims, whoever looks at the same time', async (t) => {
    const { ledger, look } = await open(t);
    const others = Array.from({ length: 5 }, (_, index) =>
      waitingEntry(OPERATION, `other-${index}`, { startedAt, waitingFor: 'another service' }),
    );
    for (const other of others) await ledger.put(other);

    const runs = others.map(({ name, ticket }) => ({ operation: OPERATION, name, startedAt, ticket }));
    const turns = await Promise.all([look(), ...runs.map((run) => look({ run }))]);

    assert.equal(turns.filter(({ outcome }) => outcome === 'holder').length, 1);
    assert.equal((await claimOf(ledger))?.['fence'], 1);
  });

  describe('behind others', () => {
    const ahead = (name: string, more: Record<string, string | undefined> = {}) =>
      waitingEntry(OPERATION, name, {
        startedAt: inSeconds(-100),
        waitingFor: CLAIM,
        seenAt: inSeconds(-60),
        ...more,
      });

    it('leaves a free service to an older run that still waits', async (t) => {
      const { ledger, look } = await open(t);
      await ledger.put(ahead('older'));

      assert.partialDeepStrictEqual(await look(), { next: 'wait' });
      assert.equal(await claimOf(ledger), undefined);
    });

    for (const [what, more, outcome] of [
      ['has not been seen for more than half an hour', () => ({ seenAt: inSeconds(-1801) }), 'holder'],
      ['was seen a little less than half an hour ago', () => ({ seenAt: inSeconds(-1790) }), undefined],
      ['was seen at a time without fractions', () => ({ seenAt: `${inSeconds(-1790).slice(0, 19)}Z` }), undefined],
      ['waits no more', () => ({ waitingFor: undefined }), 'holder'],
      ['waits for another service', () => ({ waitingFor: 'gis/Other.MapServer' }), 'holder'],
      ['is younger', () => ({ ticket: '9999' }), 'holder'],
    ] as const) {
      it(`${outcome === 'holder' ? 'does not wait' : 'waits'} for one that ${what}`, async (t) => {
        const { ledger, look } = await open(t);
        await ledger.put(ahead('older', more()));

        assert.equal((await look()).outcome, outcome);
      });
    }

    // Version 0.1.0 noted nothing of a run that waits.
    for (const [what, seconds, outcome] of [
      ['the service was free', -1190, undefined],
      ['the service was free', -1201, 'holder'],
      ['it asked for a service that nobody ever held', -1190, undefined],
      ['it asked for a service that nobody ever held', -1201, 'holder'],
    ] as const) {
      it(`${outcome ?? 'waits'}: behind one that says nothing, ${-seconds} s after ${what}`, async (t) => {
        const { ledger, look } = await open(t);
        const wasHeld = what === 'the service was free';
        if (wasHeld) await ledger.put(claimed({ releasedAt: inSeconds(seconds) }));
        await ledger.put(ahead('older', { seenAt: undefined, ...(!wasHeld && { startedAt: inSeconds(seconds) }) }));

        assert.equal((await look()).outcome, outcome);
      });
    }

    it('is refused at its second look where as many wait as may, and not before', async (t) => {
      const { ledger, look } = await open(t);
      await ledger.put(claimed());
      for (const name of ['one', 'two']) await ledger.put(ahead(name));

      const first = await look();
      const second = await look({ look: { state: first } });

      assert.equal(first.next, 'wait');
      assert.partialDeepStrictEqual(second, {
        next: 'end',
        outcome: 'failed',
        status: 'failed',
        Error: 'VendorBusyError',
      });
      assert.match(second.Cause, /^2 runs wait for gis\/Basemap\.MapServer already.*jobs\.maxWaiting/);
      assert.deepEqual(second.error, { Error: second.Error, Cause: second.Cause });
    });

    for (const [what, more] of [
      ['has waited a window already', { isNew: false }],
      ['wants what is submitted later, as equal ones end together', { later: true }],
    ] as const) {
      it(`is not refused where it ${what}`, async (t) => {
        const { ledger, look } = await open(t);
        await ledger.put(claimed());
        for (const name of ['one', 'two']) await ledger.put(ahead(name));

        const turn = await look({ ...more, look: { state: { looks: 1, attach: {} } } });

        assert.equal(turn.next, 'wait');
      });
    }
  });
});
