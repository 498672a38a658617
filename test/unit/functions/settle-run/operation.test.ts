import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { settleRun } from '../../../../functions/settle-run/operation.ts';
import { logLines } from '../../../support/log-lines.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
const CLAIM = 'gis/Landsat.ImageServer';
const RUN = { operation: OPERATION, name: 'nightly' };
const TASK = 'rest/services/A/GPServer/B';
const DAY_MS = 86_400_000;

/** A run that holds its service, and what is told of its end. */
async function open(t: TestContext, entry: Record<string, string | undefined>) {
  logLines(t);
  const ledger = await startTestLedger(t);
  const waiting = waitingEntry(OPERATION, 'nightly', { target: 'gis', service: 'Landsat.ImageServer' });
  await ledger.put({ ...waiting, ...entry });
  const claim = { operation: 'claim', name: CLAIM, holder: 'nightly', holderOperation: OPERATION, fence: 4 };
  await ledger.put({ ...claim, claimedAt: inSeconds(-60), leaseUntil: inSeconds(600) });
  return {
    ledger,
    settle: async (event: object) => Object(await settleRun(event, ledger.table)),
    entry: () => ledger.get(OPERATION, 'nightly'),
    claim: () => ledger.get('claim', CLAIM),
  };
}

function statusChange(status: string, more: object = {}) {
  const stateMachineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:${OPERATION}`;
  return { source: 'aws.states', detail: { ...more, name: 'nightly', stateMachineArn, status, input: '{"a":1}' } };
}

describe('what is left of a run', () => {
  it('is written as its end, and the service is free', async (t) => {
    const { settle, entry, claim } = await open(t, { waitingFor: CLAIM });

    const plan = await settle(statusChange('ABORTED'));

    assert.deepEqual(plan, { run: RUN, ended: 'ABORTED', error: undefined, cause: undefined, next: 'done' });
    const written = await entry();
    assert.partialDeepStrictEqual(written, { status: 'cancelled', error: 'JobCancelledError' });
    assert.deepEqual([written?.['open'], written?.['waitingFor']], ['untold', undefined]);
    assert.ok(Math.abs(Number(written?.['expiresAt']) * 1000 - Date.now() - 400 * DAY_MS) < 60_000);
    assert.notEqual((await claim())?.['releasedAt'], undefined);
  });

  it('is an error of its own that its machine could not write', async (t) => {
    const { settle, entry } = await open(t, {});

    await settle(statusChange('FAILED', { error: 'InvalidInputError', cause: 'in words' }));

    assert.partialDeepStrictEqual(await entry(), { status: 'failed', error: 'InvalidInputError', cause: 'in words' });
  });

  it('is the result of a run that succeeded and could not say so', async (t) => {
    const { settle, entry, claim } = await open(t, { status: 'submitting', submittingAt: inSeconds(-60) });

    const plan = await settle({ run: RUN, ended: 'SUCCEEDED', result: { status: 'submitted', jobId: 'j1' } });

    assert.deepEqual([plan.next, plan.result], ['done', undefined]);
    const written = await entry();
    assert.partialDeepStrictEqual(written, { status: 'submitted', jobId: 'j1' });
    // Its end is still to be told.
    assert.deepEqual([written?.['open'], written?.['error']], ['untold', undefined]);
    assert.notEqual((await claim())?.['releasedAt'], undefined);
  });

  it('is a job to cancel: the run is seen, and its service stays claimed', async (t) => {
    const { settle, entry, claim } = await open(t, { status: 'running', jobId: 'j1', taskPath: TASK });

    const plan = await settle({ run: RUN, ended: 'OVERDUE' });

    assert.partialDeepStrictEqual(plan, { run: RUN, ended: 'OVERDUE', next: 'ask', ask: { cancel: { jobId: 'j1' } } });
    const { status, seenAt } = (await entry()) ?? {};
    assert.deepEqual([status, typeof seenAt], ['running', 'string']);
    assert.equal((await claim())?.['releasedAt'], undefined);
  });

  it('goes on from its own plan and the answer, through the state of the machine', async (t) => {
    const { settle, entry, claim } = await open(t, { status: 'running', jobId: 'j1', taskPath: TASK });
    const first = await settle(statusChange('ABORTED'));
    const state = JSON.parse(JSON.stringify(first));

    const second = await settle({ ...state, answer: { state: { over: false, attempts: 1, waitSeconds: 5 } } });
    const kept = await claim();
    const third = await settle({ ...second, answer: { state: { over: true, outcome: 'cancelled', jobStatus: 'x' } } });

    assert.partialDeepStrictEqual(second, { next: 'ask', waitSeconds: 5, ask: { attempt: { attempts: 1 } } });
    assert.ok(Date.parse(String(kept?.['leaseUntil'])) > Date.now() + 7_000_000);
    assert.deepEqual([third.next, (await entry())?.['status']], ['done', 'cancelled']);
    assert.notEqual((await claim())?.['releasedAt'], undefined);
  });

  it('is nothing where the end is told twice', async (t) => {
    const { settle, entry, claim } = await open(t, { status: 'succeeded', open: undefined, finishedAt: inSeconds(-5) });

    const plans = [await settle(statusChange('ABORTED')), await settle(statusChange('ABORTED'))];

    for (const plan of plans) assert.equal(plan.next, 'done');
    assert.equal((await entry())?.['status'], 'succeeded');
    assert.notEqual((await claim())?.['releasedAt'], undefined);
  });

  it('never changes a claim that is another run’s by now', async (t) => {
    const { ledger, settle, claim } = await open(t, { status: 'waiting' });
    for (const holder of [
      { holder: 'next', holderOperation: OPERATION },
      { holder: 'nightly', holderOperation: 'manage-map-server-cache-tiles' },
    ]) {
      await ledger.put({ operation: 'claim', name: CLAIM, ...holder, leaseUntil: inSeconds(600) });

      await settle(statusChange('ABORTED'));

      assert.equal((await claim())?.['releasedAt'], undefined);
    }
  });

  it('is nothing where the ledger does not know the run, or does not know yet what it asks for', async (t) => {
    const { ledger, settle, entry } = await open(t, {});
    const nobody = await settle({ run: { operation: OPERATION, name: 'nobody' }, ended: 'ABORTED' });
    const { target: _target, service: _service, ...young } = (await entry()) ?? {};
    await ledger.put(Object.fromEntries(Object.entries(young).map(([name, value]) => [name, String(value)])));

    const plan = await settle(statusChange('ABORTED'));

    assert.deepEqual([nobody.next, plan.next], ['done', 'done']);
    assert.equal(await ledger.get(OPERATION, 'nobody'), undefined);
    assert.equal((await entry())?.['status'], 'cancelled');
  });

  it('is of the operation in the name of the machine, without what stands before it', async (t) => {
    const { settle, entry } = await open(t, {});
    process.env['MACHINE_PREFIX'] = 'test-';
    t.after(() => {
      process.env['MACHINE_PREFIX'] = '';
    });
    const event = JSON.parse(JSON.stringify(statusChange('ABORTED')).replace(':refresh', ':test-refresh'));

    const { run } = await settle(event);

    assert.deepEqual([run, (await entry())?.['status']], [RUN, 'cancelled']);
  });
});
