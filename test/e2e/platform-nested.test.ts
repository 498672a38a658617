import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import type { Execution } from '../../local/execution.ts';
import { machineArn, sequence, startMachines } from '../support/hand-made-machines.ts';

const run = (machine: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Parameters: { StateMachineArn: machineArn(machine), Input: { 'given.$': '$' } },
  ...rest,
});
const work = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', 'Payload.$': '$' },
  OutputPath: '$.Payload',
};
const causeSchema = z.looseObject({
  Error: z.string(),
  Cause: z.string(),
  Status: z.string(),
  ExecutionArn: z.string(),
});

test('runs a machine to its end and describes it, its output as JSON', async (t) => {
  const machines = await startMachines(
    t,
    { outer: sequence({ run: run('inner') }), inner: sequence({ work }) },
    { answer: () => ({ done: true }) },
  );

  const outer = machines.start('outer', { a: 1 });
  await outer.ended;

  const inner = machines.stateMachines.executions[1];
  assert.ok(inner);
  assert.deepEqual(outer.output, {
    ExecutionArn: inner.arn,
    Input: { given: { a: 1 } },
    Name: inner.name,
    StartDate: inner.startedAt,
    StateMachineArn: machineArn('inner'),
    Status: 'SUCCEEDED',
    StopDate: inner.stoppedAt,
    Output: { done: true },
  });
});

test('fails as States.TaskFailed when the nested machine fails, its error in the cause', async (t) => {
  const answer = () => {
    throw Object.assign(new Error('no'), { name: 'VendorRejectedError' });
  };
  const machines = await startMachines(
    t,
    { outer: sequence({ run: run('inner') }), inner: sequence({ work }) },
    { answer },
  );

  const outer = machines.start('outer');
  await outer.ended;

  assert.equal(outer.error, 'States.TaskFailed');
  const cause = causeSchema.parse(JSON.parse(outer.cause ?? ''));
  assert.equal(cause.Error, 'VendorRejectedError');
  assert.equal(cause.Status, 'FAILED');
  assert.equal(JSON.parse(cause.Cause).errorMessage, 'no');
});

test('aborts the nested execution with the one that waits for it, and leaves one that was only started', async (t) => {
  const waiting = Promise.withResolvers<unknown>();
  const entered = Promise.withResolvers<void>();
  const started = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution',
    Parameters: { StateMachineArn: machineArn('inner') },
    ResultPath: null,
  };
  let calls = 0;
  const machines = await startMachines(
    t,
    { outer: sequence({ started, run: run('inner') }), inner: sequence({ work }) },
    {
      answer() {
        calls += 1;
        if (calls === 2) entered.resolve();
        return waiting.promise;
      },
    },
  );
  const outer = machines.start('outer');
  await entered.promise;

  outer.abort();
  await outer.ended;
  waiting.resolve({});
  await machines.stateMachines.idle();

  const statuses = machines.stateMachines.executions.map(({ machine, status }) => [machine, status]);
  assert.deepEqual(statuses, [
    ['outer', 'ABORTED'],
    ['inner', 'SUCCEEDED'],
    ['inner', 'ABORTED'],
  ]);
});

test('tells the one that waits how far the job of the nested machine is', async (t) => {
  const watch = { status: 'running', polls: 3, jobStatus: 'esriJobExecuting', percent: 42 };
  const told: unknown[] = [];
  const machines = await startMachines(
    t,
    { outer: sequence({ run: run('inner') }), inner: sequence({ work }) },
    {
      answer: () => watch,
      onStart: (execution: Execution) => {
        if (!execution.parent) execution.onProgress((progress) => told.push(progress));
      },
    },
  );

  await machines.start('outer').ended;

  assert.deepEqual(told, [
    { machine: 'outer', state: 'run' },
    { machine: 'inner', state: 'work' },
    { machine: 'inner', state: 'work', watch },
  ]);
});

test('runs ten at once', async (t) => {
  const machines = await startMachines(
    t,
    { outer: sequence({ run: run('inner') }), inner: sequence({ work }) },
    { answer: (_name, payload) => payload },
  );

  const executions = Array.from({ length: 10 }, (_, number) => machines.start('outer', { number }));
  await machines.stateMachines.idle();

  const outputs = executions.map(({ output }) => z.object({ Output: z.unknown() }).parse(output).Output);
  assert.deepEqual(
    outputs,
    executions.map((_, number) => ({ given: { number } })),
  );
});
