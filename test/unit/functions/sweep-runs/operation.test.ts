import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { sweepRuns } from '../../../../functions/sweep-runs/operation.ts';
import { logLines } from '../../../support/log-lines.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const CANCEL_RUN = 'arn:aws:states:us-east-1:000000000000:stateMachine:cancel-run';
const HOUR = 3600;
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:refresh-service:${name}`;

interface Standing {
  status?: string;
  error?: string;
  cause?: string;
  output?: string;
}

/** A ledger, and Step Functions in which executions stand so; what is not named it does not know any more. */
async function open(t: TestContext, executions: Record<string, Standing> = {}) {
  logLines(t);
  process.env['CANCEL_RUN_ARN'] = CANCEL_RUN;
  const ledger = await startTestLedger(t);
  const started: { arn: string; input: unknown }[] = [];
  const asked: string[] = [];
  return {
    started,
    asked,
    put: (name: string, more: Record<string, string | undefined> = {}) =>
      ledger.put(
        waitingEntry('refresh-service', name, { startedAt: inSeconds(-2 * HOUR), executionArn: arnOf(name), ...more }),
      ),
    sweep: () =>
      sweepRuns(ledger.table, {
        async describeExecution(arn) {
          asked.push(arn);
          return executions[arn.split(':').at(-1) ?? ''];
        },
        async startMachine(arn, input) {
          started.push({ arn, input: JSON.parse(JSON.stringify(input)) });
        },
      }),
  };
}

describe('looking for runs whose end nobody told', () => {
  for (const [status, more] of [
    ['ABORTED', {}],
    ['TIMED_OUT', {}],
    ['SUCCEEDED', {}],
    ['FAILED', { error: 'VendorBusyError', cause: 'in words' }],
  ] as const) {
    it(`has one that is ${status} cleaned up after, with how it ended`, async (t) => {
      const { put, sweep, started } = await open(t, { lost: { status, ...more } });
      await put('lost', { status: 'running' });

      const found = await sweep();

      const run = { operation: 'refresh-service', name: 'lost' };
      assert.deepEqual(found, { looked: 1, swept: 1 });
      assert.deepEqual(started, [{ arn: CANCEL_RUN, input: { run, ended: status, ...more } }]);
    });
  }

  it('does not take the end of a whole plan for that of a unit of it', async (t) => {
    const plan = { status: 'SUCCEEDED', output: JSON.stringify({ status: 'succeeded', plan: { done: 3 } }) };
    const { put, sweep, started } = await open(t, { plan });
    await put('plan-unit-1-1', { status: 'submitting', parent: 'refresh-service/plan', executionArn: arnOf('plan') });

    await sweep();

    const run = { operation: 'refresh-service', name: 'plan-unit-1-1' };
    assert.deepEqual(started, [{ arn: CANCEL_RUN, input: { run, ended: 'SUCCEEDED' } }]);
  });

  it('tells the result of one that has succeeded, and only its word where it is too large for an execution', async (t) => {
    const result = { status: 'submitted', jobId: 'j1' };
    const { put, sweep, started } = await open(t, {
      small: { status: 'SUCCEEDED', output: JSON.stringify(result) },
      large: { status: 'SUCCEEDED', output: JSON.stringify({ ...result, messages: 'é'.repeat(130_000) }) },
    });
    await put('small', { status: 'submitting' });
    await put('large', { status: 'submitting' });

    await sweep();

    assert.deepEqual(
      started.map(({ input }) => Object(input).result),
      [result, result],
    );
  });

  it('has one that Step Functions does not know any more cleaned up after, too', async (t) => {
    const { put, sweep, started } = await open(t);
    await put('gone');

    await sweep();

    assert.partialDeepStrictEqual(started, [{ input: { ended: 'GONE' } }]);
  });

  it('leaves alone what is at work, what has ended, what is young, and what says so itself', async (t) => {
    const { put, sweep, started, asked } = await open(t, { atWork: { status: 'RUNNING' } });
    await put('atWork');
    await put('ended', { status: 'succeeded', open: undefined });
    await put('young', { startedAt: inSeconds(-29 * 60) });
    await put('waits', { seenAt: inSeconds(-29 * 60) });

    const found = await sweep();

    assert.deepEqual([started, asked], [[], [arnOf('atWork')]]);
    assert.deepEqual(found, { looked: 2, swept: 0 });
  });

  it('finds one of version 0.1.0, which kept no address of its execution, by its name', async (t) => {
    const { put, sweep, started, asked } = await open(t, {
      former: { status: 'ABORTED' },
      atWork: { status: 'RUNNING' },
    });
    await put('former', { executionArn: undefined, status: 'running' });
    await put('atWork', { executionArn: undefined, status: 'running' });

    await sweep();

    assert.deepEqual(asked.sort(), [arnOf('atWork'), arnOf('former')]);
    assert.partialDeepStrictEqual(started, [{ input: { run: { name: 'former' }, ended: 'ABORTED' } }]);
    assert.equal(started.length, 1);
  });

  it('leaves alone one of version 0.1.0 that has ended and whose end is still to be told', async (t) => {
    const { put, sweep, started } = await open(t);
    await put('former', { executionArn: undefined, status: 'succeeded', finishedAt: inSeconds(-60) });

    assert.deepEqual([await sweep(), started], [{ looked: 0, swept: 0 }, []]);
  });

  it('finds one that has waited without a look for half an hour', async (t) => {
    const { put, sweep, started } = await open(t, { silent: { status: 'ABORTED' } });
    await put('silent', { seenAt: inSeconds(-31 * 60) });

    await sweep();

    assert.equal(started.length, 1);
  });

  it('goes through all of them, page by page, the oldest first', async (t) => {
    const { put, sweep, started } = await open(t);
    const names = Array.from({ length: 230 }, (_, index) => `run-${String(index).padStart(3, '0')}`);
    for (const [index, name] of names.entries()) await put(name, { startedAt: inSeconds(-3 * HOUR + index) });

    const found = await sweep();

    assert.deepEqual(found, { looked: 230, swept: 230 });
    assert.deepEqual(
      started.map(({ input }) => Object(input).run.name),
      names,
    );
  });
});
