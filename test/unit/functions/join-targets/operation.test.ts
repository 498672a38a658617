import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { joinTargets } from '../../../../functions/join-targets/operation.ts';
import { childRunsOf } from '../../../../shared/ledger/child-runs.ts';
import { entrySchema } from '../../../../shared/ledger/entry.ts';
import { startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const CLEAR = 'clear-rest-cache';
const RUN = { operation: CLEAR, name: 'list' };

describe('a run of several targets', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const executionArn = `arn:aws:states:eu-west-1:123456789012:execution:${CLEAR}:list`;
    const entry = {
      ...waitingEntry(CLEAR, 'list'),
      executionArn,
      status: 'running',
      input: JSON.stringify({ target: ['one', 'two'] }),
    };
    await ledger.put(entry);
    const [one, two] = childRunsOf(entrySchema.parse(entry));
    return { ledger, one: one?.name ?? '', two: two?.name ?? '' };
  }

  const ended = (name: string, more: Record<string, string>) => {
    const { open: _open, ...entry } = waitingEntry(CLEAR, name);
    return { ...entry, ...more };
  };
  const good = { status: 'succeeded', result: JSON.stringify({ operation: CLEAR, status: 'succeeded' }) };

  it('succeeds where each of its targets has', async (t) => {
    const { ledger, one, two } = await open(t);
    await ledger.put(ended(one, good));
    await ledger.put(ended(two, good));

    assert.partialDeepStrictEqual(await joinTargets({ end: RUN }, ledger.table), {
      status: 'succeeded',
      result: {
        results: [
          { target: 'one', status: 'succeeded', run: `${CLEAR}/${one}` },
          { target: 'two', status: 'succeeded', run: `${CLEAR}/${two}` },
        ],
      },
    });
    assert.equal((await ledger.get(CLEAR, 'list'))?.['status'], 'succeeded');
  });

  it('fails by the same results where one has failed, or was never started', async (t) => {
    const { ledger, one } = await open(t);
    await ledger.put(ended(one, { status: 'failed', error: 'VendorAuthError', cause: 'Wrong password.' }));

    const told = await joinTargets({ end: RUN }, ledger.table);
    assert.partialDeepStrictEqual(told, { status: 'failed', Error: 'PartialFailureError' });
    const { Cause: cause } = Object(told);
    for (const said of ['VendorAuthError', 'Wrong password.', 'two', 'could not be started']) {
      assert.ok(cause.includes(said), `${said}: ${cause}`);
    }
  });
});
