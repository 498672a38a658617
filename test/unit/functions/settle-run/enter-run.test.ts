import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { settleRun } from '../../../../functions/settle-run/operation.ts';
import { logLines } from '../../../support/log-lines.ts';
import { startTestLedger } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
const MACHINE = `arn:aws:states:us-east-1:000000000000:stateMachine:${OPERATION}`;
const ARN = MACHINE.replace('stateMachine', 'execution').concat(':nightly');
const STARTED_AT = '2026-01-01T00:00:00.000Z';

/** Settles a run whose execution has ended before its machine could enter it; gives its entry. */
async function settled(t: TestContext, more: object) {
  logLines(t);
  const ledger = await startTestLedger(t);
  const detail = { executionArn: ARN, stateMachineArn: MACHINE, name: 'nightly', startDate: Date.parse(STARTED_AT) };
  const { next } = Object(await settleRun({ detail: { ...detail, input: '{"target":"gis"}', ...more } }, ledger.table));
  return { next, entry: await ledger.get(OPERATION, 'nightly') };
}

describe('a run that the ledger does not know', () => {
  it('was stopped before it was entered: it gets its entry, and its end is to be told', async (t) => {
    const { next, entry } = await settled(t, { status: 'ABORTED', error: null, cause: null });

    assert.equal(next, 'done');
    assert.partialDeepStrictEqual(entry, {
      executionArn: ARN,
      startedAt: STARTED_AT,
      status: 'cancelled',
      error: 'JobCancelledError',
      open: 'untold',
    });
    assert.deepEqual([typeof entry?.['finishedAt'], typeof entry?.['expiresAt']], ['string', 'number']);
    assert.equal(entry?.['input'], undefined);
  });

  it('failed while the ledger was down: it gets its entry, with its error', async (t) => {
    const { entry } = await settled(t, { status: 'FAILED', error: 'AwsUnavailableError', cause: 'in words' });

    assert.partialDeepStrictEqual(entry, { status: 'failed', error: 'AwsUnavailableError', cause: 'in words' });
  });

  it('has its entry also where Step Functions leaves out its input, which is too large', async (t) => {
    const { entry } = await settled(t, { status: 'ABORTED', input: null, inputDetails: { included: false } });

    assert.equal(entry?.['status'], 'cancelled');
  });

  it('is told to be a part of the run that has started it', async (t) => {
    const starter = ARN.replace(':nightly', ':all-sites');
    const input = JSON.stringify({ target: 'gis', AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: starter });
    const { entry } = await settled(t, { status: 'ABORTED', input });

    assert.equal(entry?.['parent'], 'refresh-service/all-sites');
  });

  it('gets none where it is a dry run, which has no entry', async (t) => {
    const { next, entry } = await settled(t, { status: 'FAILED', input: '{"target":"gis","dryRun":true}' });

    assert.deepEqual([next, entry], ['done', undefined]);
  });
});
