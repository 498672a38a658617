import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attribute, toItem } from '../../../../shared/ledger/attributes.ts';
import { claimOf, entrySchema, OPEN, RUN_STATUSES, type RunStatus, UNTOLD } from '../../../../shared/ledger/entry.ts';
import { expiresAt } from '../../../../shared/ledger/keeping.ts';
import {
  changeOf,
  goodEnd,
  TRANSITIONS,
  type TransitionName,
  transition,
} from '../../../../shared/ledger/transitions.ts';
import { startTestLedger, type TestLedger } from '../../../support/test-ledger.ts';

const KEY = { operation: 'refresh-service', name: 'nightly' };
const ENDS: readonly RunStatus[] = ['succeeded', 'partly', 'submitted', 'failed', 'cancelled', 'stopped', 'uncertain'];

/** What may follow what, written a second time: after the statuses of a row the step may be taken. */
const MAY_FOLLOW: Record<TransitionName, RunStatus[]> = {
  waits: ['waiting', 'paused'],
  pauses: ['waiting', 'submitting', 'running', 'paused'],
  submits: ['waiting', 'paused', 'submitting'],
  goesOn: ['waiting', 'submitting', 'running', 'paused'],
  runs: ['submitting', 'running'],
  begins: ['waiting', 'paused', 'running'],
  fails: ['waiting', 'submitting', 'running', 'paused', 'failed'],
  isCancelled: ['waiting', 'submitting', 'running', 'paused', 'failed', 'uncertain', 'cancelled'],
  isStopped: ['submitting', 'running', 'failed', 'uncertain', 'stopped'],
  isUncertain: ['waiting', 'paused', 'submitting', 'running', 'failed', 'uncertain'],
};
const MAY_END_WELL: RunStatus[] = ['waiting', 'paused', 'submitting', 'running', 'succeeded', 'partly', 'submitted'];

function names(): TransitionName[] {
  return Object.keys(TRANSITIONS).filter((name): name is TransitionName => Object.hasOwn(TRANSITIONS, name));
}

const entry = (status: RunStatus) => ({ ...KEY, status, open: OPEN, waitingFor: 'gis', attachedTo: 'other', polls: 3 });

/** Whether DynamoDB takes the update, given the run's status; and what the entry is then. */
async function taken(ledger: TestLedger, status: RunStatus, update: object) {
  await ledger.put(entry(status));
  const isTaken = await ledger.update(KEY, update).then(
    () => true,
    ({ name }: Error) => {
      assert.equal(name, 'ConditionalCheckFailedException');
      return false;
    },
  );
  return { isTaken, after: (await ledger.get(KEY.operation, KEY.name)) ?? {} };
}

describe('a step in the life of a run', () => {
  for (const name of names()) {
    const { to, ends } = TRANSITIONS[name];

    it(`${name} leads to ${to} after ${MAY_FOLLOW[name].join(', ')}, and is refused after all else`, async (t) => {
      const ledger = await startTestLedger(t);
      for (const status of RUN_STATUSES) {
        const update = transition(name, { set: { polls: { N: '4' } }, remove: ['attachedTo'] }, attribute);

        const { isTaken, after } = await taken(ledger, status, update);

        assert.equal(isTaken, MAY_FOLLOW[name].includes(status), status);
        if (!isTaken) assert.deepEqual(after, entry(status));
        else {
          assert.deepEqual([after['status'], after['polls'], after['attachedTo']], [to, 4, undefined]);
          assert.deepEqual([after['open'], after['waitingFor']], ends ? [UNTOLD, undefined] : [OPEN, 'gis']);
        }
      }
    });

    it(`${name} may be taken twice, as answers get lost`, () => {
      const after: readonly RunStatus[] = TRANSITIONS[name].after;

      assert.ok(after.includes(to));
    });

    it(`${name} ${ends ? 'is' : 'is not'} an end`, () => {
      assert.equal(ends, ENDS.includes(to));
    });
  }

  for (const status of ['succeeded', 'partly', 'submitted'] as const) {
    it(`that ends well as ${status} follows what is under way, and no other end`, async (t) => {
      const ledger = await startTestLedger(t);
      const result = { operation: KEY.operation, status };
      for (const before of RUN_STATUSES) {
        const update = goodEnd(result, { now: Date.parse('2026-01-05T03:00:00Z'), jobId: 'j1', polls: 9 });

        const { isTaken, after } = await taken(ledger, before, update);

        assert.equal(isTaken, MAY_END_WELL.includes(before), before);
        if (!isTaken) continue;
        assert.partialDeepStrictEqual(after, { status, finishedAt: '2026-01-05T03:00:00.000Z', jobId: 'j1', polls: 9 });
        assert.deepEqual([JSON.parse(String(after['result'])), after['open']], [result, UNTOLD]);
      }
    });
  }

  it('that writes nothing but what it removes is an expression too', async (t) => {
    const ledger = await startTestLedger(t);

    const update = changeOf({ set: {}, remove: ['attachedTo'] }, { after: ['running'], word: attribute });
    const { isTaken, after } = await taken(ledger, 'running', update);

    assert.deepEqual([isTaken, after['attachedTo']], [true, undefined]);
  });
});

describe('an entry', () => {
  it('is read whatever an earlier version left out and a later one added', () => {
    const odd = { ...KEY, status: 'to-be-invented', more: 1 };

    assert.deepEqual(entrySchema.parse(odd), { ...KEY, status: undefined, more: 1 });
  });

  it('is an item of texts and numbers, without what is not given', () => {
    assert.deepEqual(toItem({ a: 'x', b: 0, c: undefined }), { a: { S: 'x' }, b: { N: '0' } });
  });

  it('may be removed so many days after the work on it', () => {
    assert.equal(expiresAt(Date.parse('2026-01-01T00:00:00.999Z'), 1.5), Date.parse('2026-01-02T12:00:00Z') / 1000);
  });

  it('claims a service, or a whole target', () => {
    assert.deepEqual(
      [claimOf({ target: 'gis', service: 'A/B.MapServer' }), claimOf({ target: 'bi' })],
      ['gis/A/B.MapServer', 'bi'],
    );
  });
});
