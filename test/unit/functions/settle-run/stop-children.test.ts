import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stopChildren } from '../../../../functions/settle-run/stop-children.ts';
import { childRunsOf } from '../../../../shared/ledger/child-runs.ts';
import { entrySchema, UNTOLD } from '../../../../shared/ledger/entry.ts';
import { startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const CLEAR = 'clear-rest-cache';

it('the runs of single targets are stopped that have not ended, and those that have no entry yet', async (t) => {
  const ledger = await startTestLedger(t);
  const parent = entrySchema.parse({
    ...waitingEntry(CLEAR, 'list', { status: 'running' }),
    executionArn: `arn:aws:states:eu-west-1:123456789012:execution:${CLEAR}:list`,
    input: JSON.stringify({ target: ['told', 'untold', 'running', 'new'] }),
  });
  const [told, untold, running, fresh] = childRunsOf(parent).map(({ name }) => name);
  assert.ok(told && untold && running && fresh);
  await ledger.put(waitingEntry(CLEAR, told, { status: 'succeeded', open: undefined }));
  await ledger.put(waitingEntry(CLEAR, untold, { status: 'failed', open: UNTOLD }));
  await ledger.put(waitingEntry(CLEAR, running, { status: 'running' }));
  const stopped: string[] = [];

  const step = await stopChildren(parent, ledger.table, async (arn) => void stopped.push(arn.split(':').at(-1) ?? ''));

  assert.deepEqual(stopped, [running, fresh]);
  assert.equal(step?.end?.name, 'isStopped');
});
