import assert from 'node:assert/strict';
import { beforeEach, describe, it, type TestContext } from 'node:test';
import { takeTurn } from '../../../../functions/take-turn/operation.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
const CLAIM = 'gis/Landsat.ImageServer';
const EQUAL = 'equal-request';
const HOUR = 3600;
const RESULT = { operation: OPERATION, target: 'gis', status: 'succeeded', jobId: 'j1' };

describe('a run that finds an equal one', () => {
  let startedAt: string;
  beforeEach(() => {
    startedAt = inSeconds(-100);
  });

  interface Equal {
    /** What is different in the other run's entry, and in the claim. */
    entry?: Record<string, string | undefined>;
    claim?: Record<string, string | undefined>;
  }

  /** The ledger with an equal run that holds the service and was started before, and one look of this run. */
  async function open(t: TestContext, { entry = {}, claim = {} }: Equal = {}) {
    const ledger = await startTestLedger(t);
    const mine = waitingEntry(OPERATION, 'mine', { startedAt, waitingFor: CLAIM });
    await ledger.put(mine);
    const theirs = waitingEntry(OPERATION, 'theirs', { startedAt: inSeconds(-150) });
    await ledger.put({ ...theirs, status: 'running', submittingAt: inSeconds(-140), jobId: 'j1', ...entry });
    await ledger.put({
      operation: 'claim',
      name: CLAIM,
      holder: 'theirs',
      holderOperation: OPERATION,
      requestHash: EQUAL,
      fence: 3,
      claimedAt: inSeconds(-145),
      leaseUntil: inSeconds(HOUR),
      ...claim,
    });
    const run = { operation: OPERATION, name: 'mine', startedAt, startedBy: 'person', ticket: mine.ticket };
    const turn = { run, claim: CLAIM, request: EQUAL, later: false, maxWaiting: 2, isNew: true };
    const look = async (more: object = {}) => Object(await takeTurn({ ...turn, ...more }, ledger.table));
    return { ledger, turn, look, mine: () => ledger.get(OPERATION, 'mine') };
  }

  const attached = { look: { state: { looks: 5, attach: { name: 'theirs' } } } };
  const ended = (more: Record<string, string | undefined> = {}) => ({
    status: 'succeeded',
    open: undefined,
    finishedAt: inSeconds(-5),
    result: JSON.stringify(RESULT),
    ...more,
  });

  it('attaches to it while it is at work, and waits for no place in the queue any more', async (t) => {
    const { look, mine } = await open(t);

    const turn = await look();

    assert.partialDeepStrictEqual(turn, { next: 'wait', looks: 1, attach: { name: 'theirs' } });
    const entry = await mine();
    assert.deepEqual([entry?.['attachedTo'], entry?.['waitingFor']], ['theirs', undefined]);
    assert.notEqual(entry?.['seenAt'], undefined);
  });

  it('does not attach to one that asks for something else', async (t) => {
    const { look, mine } = await open(t, { claim: { requestHash: 'other-request' } });

    assert.partialDeepStrictEqual(await look(), { next: 'wait', attach: {} });
    assert.equal((await mine())?.['waitingFor'], CLAIM);
  });

  for (const status of ['succeeded', 'submitted', 'partly']) {
    it(`ends as it does when it has ended as ${status}`, async (t) => {
      const result = { ...RESULT, status };
      const { look, mine } = await open(t, {
        entry: ended({ status, result: JSON.stringify(result) }),
        claim: { releasedAt: inSeconds(-4) },
      });

      const turn = await look(attached);

      const own = { ...result, attachedTo: 'theirs' };
      assert.deepEqual(turn, { next: 'end', outcome: 'attached', status, result: own });
      const entry = await mine();
      assert.partialDeepStrictEqual(entry, { status, attachedTo: 'theirs' });
      assert.deepEqual(JSON.parse(String(entry?.['result'])), own);
      assert.notEqual(entry?.['finishedAt'], undefined);
      assert.deepEqual([entry?.['open'], entry?.['waitingFor']], ['untold', undefined]);
    });
  }

  it('fails as it does, and leaves its own end to its machine', async (t) => {
    const failure = { status: 'failed', result: undefined, error: 'JobFailedError', cause: 'the disk is full' };
    const { look, mine } = await open(t, { entry: ended(failure) });

    const turn = await look(attached);

    const error = { Error: 'JobFailedError', Cause: 'the disk is full' };
    assert.deepEqual(turn, { next: 'end', outcome: 'failed', status: 'failed', ...error, error });
    assert.partialDeepStrictEqual(await mine(), { status: 'waiting', attachedTo: 'theirs' });
  });

  it('fails by a name that a machine may fail by, whatever version 0.1.0 has written', async (t) => {
    const failure = { status: 'failed', result: undefined, error: 'States.DataLimitExceeded', cause: 'too large' };
    const { look } = await open(t, { entry: ended(failure) });

    assert.partialDeepStrictEqual(await look(attached), { Error: 'AwsUnavailableError', Cause: 'too large' });
  });

  it('takes its end also where it ended between this start and the first look', async (t) => {
    const { look } = await open(t, { entry: ended(), claim: { releasedAt: inSeconds(-4) } });

    assert.partialDeepStrictEqual(await look(), { outcome: 'attached', status: 'succeeded' });
  });

  it('takes nothing of one that had ended before it was started', async (t) => {
    const before = inSeconds(-120);
    const { look } = await open(t, { entry: ended({ finishedAt: before }), claim: { releasedAt: before } });

    assert.partialDeepStrictEqual(await look(), { outcome: 'holder', fence: '4' });
  });

  it('goes back to its place in the queue when it is gone without a word', async (t) => {
    const { look, mine, ledger } = await open(t, { claim: { leaseUntil: inSeconds(-1) } });
    await ledger.put(
      waitingEntry(OPERATION, 'older', { startedAt: inSeconds(-200), waitingFor: CLAIM, seenAt: inSeconds(-1) }),
    );

    assert.partialDeepStrictEqual(await look(attached), { next: 'wait', attach: {} });
    const entry = await mine();
    assert.deepEqual([entry?.['waitingFor'], entry?.['attachedTo']], [CLAIM, undefined]);
  });

  describe('and wants what is submitted after its own start', () => {
    const later = { later: true };

    for (const [what, submittingAt, attaches] of [
      ['was submitted before it was started', () => inSeconds(-110), false],
      ['was submitted after it was started', () => inSeconds(-90), true],
      ['has not been submitted yet', () => undefined, true],
    ] as const) {
      it(`${attaches ? 'attaches' : 'does not attach'} to one that ${what}`, async (t) => {
        const { look } = await open(t, { entry: { submittingAt: submittingAt() } });

        assert.deepEqual((await look(later)).attach, attaches ? { name: 'theirs' } : {});
      });
    }

    // As texts these two are the other way round: `Z` is after a full stop.
    for (const [mineAt, theirsAt, attaches] of [
      ['2026-01-05T03:00:00Z', '2026-01-05T03:00:00.400Z', true],
      ['2026-01-05T03:00:00.400Z', '2026-01-05T03:00:00Z', false],
      ['2026-01-05T03:00:00Z', '2026-01-05T03:00:00.000Z', true],
      ['2026-01-05T03:00:00.000Z', '2026-01-05T03:00:00Z', true],
    ] as const) {
      it(`${attaches ? 'attaches' : 'does not attach'}, started at ${mineAt}, to a submit at ${theirsAt}`, async (t) => {
        startedAt = mineAt;
        const { look } = await open(t, { entry: { submittingAt: theirsAt } });

        assert.deepEqual((await look(later)).attach, attaches ? { name: 'theirs' } : {});
      });
    }

    for (const startedBy of ['person', 'S3', 'schedule nightly']) {
      it(`which machines of version 0.1.0 do not say: started by ${startedBy}`, async (t) => {
        const { look, turn } = await open(t, { entry: { submittingAt: inSeconds(-110) } });

        const { attach } = await look({ later: undefined, run: { ...turn.run, startedBy } });

        assert.deepEqual(attach, {});
      });
    }
  });
});
