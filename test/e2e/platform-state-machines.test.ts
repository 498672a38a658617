import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Execution } from '../../local/execution.ts';
import type { FunctionOutcome } from '../../local/function-process.ts';
import { StateMachines } from '../../local/state-machines.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:job';
const task = (FunctionName: string, payload: object, rest: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName, ...payload },
  OutputPath: '$.Payload',
  ...rest,
});
const definition = {
  StartAt: 'Submit',
  States: {
    Submit: task('submit', { Payload: { 'submit.$': '$' } }, { Next: 'Running?' }),
    'Running?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.status', StringEquals: 'running', Next: 'Wait' }],
      Default: 'Done',
    },
    Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Check' },
    Check: task(
      'check',
      { 'Payload.$': '$' },
      { Retry: [{ ErrorEquals: ['VendorBusyError'], IntervalSeconds: 600 }], Next: 'Running?' },
    ),
    Done: { Type: 'Succeed' },
  },
};
const running = (polls: number) => ({ status: 'running', polls, waitSeconds: 600, jobStatus: 'esriJobExecuting' });

type Answer = (call: { functionName: string; payload: unknown; number: number }) => unknown;

/** Machines whose functions answer from the test; a thrown error is a function's error. */
function machinesOf(answer: Answer, onStart: (execution: Execution) => void = () => undefined): StateMachines {
  let number = 0;
  const invoke = async (functionName: string, payload: string): Promise<FunctionOutcome> => {
    number += 1;
    try {
      return { payload: JSON.stringify(await answer({ functionName, payload: JSON.parse(payload), number })) };
    } catch (error) {
      assert.ok(error instanceof Error);
      return { error: { errorType: error.name, errorMessage: error.message, trace: [] }, log: [] };
    }
  };
  return new StateMachines([{ name: 'job', arn: ARN, definition }], { invoke, pauseMs: 1, onStart });
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

test('submits, waits and checks until the job has ended', async () => {
  const calls: unknown[] = [];
  const machines = machinesOf((call) => {
    calls.push([call.functionName, call.payload]);
    return call.number < 3 ? running(call.number - 1) : { status: 'succeeded' };
  });

  const execution = machines.start({ stateMachineArn: ARN, name: 'one', input: '{"target":"city"}' });
  await execution.ended;

  assert.equal(execution.arn, 'arn:aws:states:us-east-1:000000000000:execution:job:one');
  assert.equal(execution.status, 'SUCCEEDED');
  assert.deepEqual(execution.output, { status: 'succeeded' });
  assert.deepEqual(calls, [
    ['submit', { submit: { target: 'city' } }],
    ['check', running(0)],
    ['check', running(1)],
  ]);
  const rounds = ['Running?', 'Wait', 'Check', 'Running?', 'Wait', 'Check', 'Running?'];
  assert.deepEqual(execution.history, ['Submit', ...rounds, 'Done']);
});

test('tells how far the job is', async () => {
  const told: unknown[] = [];
  const machines = machinesOf(
    ({ number }) => (number === 1 ? { ...running(0), percent: 42 } : { status: 'succeeded' }),
    (execution) => execution.onProgress(({ watch }) => watch && told.push(watch)),
  );

  await machines.start({ stateMachineArn: ARN, input: '{}' }).ended;

  assert.deepEqual(told, [{ polls: 0, jobStatus: 'esriJobExecuting', percent: 42, status: 'running' }]);
});

for (const input of ['null', '[]', '"text"', '5', '{}']) {
  test(`hands the input ${input} to the function as it is`, async () => {
    const machines = machinesOf(({ payload }) => ({ status: 'succeeded', payload }));

    const execution = machines.start({ stateMachineArn: ARN, input });
    await execution.ended;

    assert.deepEqual(execution.output, { status: 'succeeded', payload: { submit: JSON.parse(input) } });
  });
}

test("ends with a function's error by its name, and gives its message", async () => {
  const machines = machinesOf(() => {
    throw named('InvalidInputError', 'target: is missing');
  });

  const execution = machines.start({ stateMachineArn: ARN, input: '{}' });
  await execution.ended;

  assert.equal(execution.status, 'FAILED');
  assert.equal(execution.error, 'InvalidInputError');
  const cause = JSON.parse(execution.cause ?? '');
  assert.deepEqual(cause, { errorType: 'InvalidInputError', errorMessage: 'target: is missing', trace: [] });
  assert.deepEqual(execution.failure(), { errorType: 'InvalidInputError', errorMessage: 'target: is missing' });
});

test('tries a state again as its Retry says', async () => {
  const machines = machinesOf(({ number }) => {
    if (number === 2) throw named('VendorBusyError', 'HTTP 503');
    return number === 1 ? running(0) : { status: 'succeeded' };
  });

  const execution = machines.start({ stateMachineArn: ARN, input: '{}' });
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED');
});

test('fails a state whose result is over 256 KiB', async () => {
  const machines = machinesOf(() => ({ status: 'succeeded', text: 'x'.repeat(262_144) }));

  const execution = machines.start({ stateMachineArn: ARN, input: '{}' });
  await execution.ended;

  assert.equal(execution.error, 'States.DataLimitExceeded');
});

test('aborts an execution', async () => {
  const entered = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<unknown>();
  const machines = machinesOf(() => {
    entered.resolve();
    return answered.promise;
  });
  const execution = machines.start({ stateMachineArn: ARN, input: '{}' });
  await entered.promise;

  execution.abort();
  await execution.ended;
  answered.resolve({ status: 'succeeded' });

  assert.equal(execution.status, 'ABORTED');
});

test('does not end an execution whose time-out is longer than a timer can be', async () => {
  // Long enough for a timer that fires at once.
  const invoke = () => setTimeout(20, { payload: '{"status":"succeeded"}' });
  const resource = { name: 'job', arn: ARN, definition: { ...definition, TimeoutSeconds: 31_536_000 } };
  const machines = new StateMachines([resource], { invoke });

  const execution = machines.start({ stateMachineArn: ARN, input: '{}' });
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED');
});
