import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostedOutcome, isDone } from '../../../../shared/arcgis/hosted-words.ts';

/** The page writes them in one way and its examples in another: every way is read. */
const OUTCOMES = {
  running: ['Submitted', 'SUBMITTED', 'InProgress', 'INPROGRESS', 'IN_PROGRESS', 'in progress'],
  succeeded: ['Done', 'DONE'],
  cancelled: ['Canceled', 'CANCELED', 'Cancelled'],
  partly: ['PartialError', 'PARTIAL_ERROR'],
  failed: ['Error', 'ERROR', 'Failed'],
} as const;

describe("a hosted job's word for its state", () => {
  for (const [outcome, words] of Object.entries(OUTCOMES)) {
    for (const word of words) {
      it(`${word} is ${outcome}`, () => {
        assert.equal(hostedOutcome(word), outcome);
      });
    }
  }

  for (const word of ['', 'Paused', 'constructor']) {
    it(`"${word}" is none that is known`, () => {
      assert.equal(hostedOutcome(word), undefined);
    });
  }
});

describe('an answer of a hosted service', () => {
  for (const answer of [{ success: true }, { success: 'true' }, { status: 'success' }, { status: 'Success' }]) {
    it(`${JSON.stringify(answer)} says that it is done`, () => {
      assert.equal(isDone(answer), true);
    });
  }

  for (const answer of [{}, { success: false }, { success: 'false' }, { status: 'failed' }]) {
    it(`${JSON.stringify(answer)} does not`, () => {
      assert.equal(isDone(answer), false);
    });
  }
});
