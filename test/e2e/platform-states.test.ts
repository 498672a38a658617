import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { readDefinition } from '../../local/machine-definition.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { sequence, startMachines } from '../support/hand-made-machines.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const work = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', 'Payload.$': '$' },
};

test('gives each state its own context, whose times are those of the execution, without a fraction of nothing', async (t) => {
  const look = (into: string) => ({
    Type: 'Pass',
    Parameters: {
      'state.$': '$$.State.Name',
      'enteredAt.$': '$$.State.EnteredTime',
      'startedAt.$': '$$.Execution.StartTime',
      'name.$': '$$.Execution.Name',
      'input.$': '$$.Execution.Input',
    },
    ResultPath: `$.${into}`,
  });
  const machine = sequence({ first: look('one'), wait: { Type: 'Wait', Seconds: 90 }, second: look('two') });
  const machines = await startMachines(t, { machine }, { clock: new VirtualClock(START) });

  const execution = machines.start('machine', { a: 1 });
  await execution.ended;

  const common = { startedAt: '2026-01-01T00:00:00Z', name: execution.name, input: { a: 1 } };
  assert.deepEqual(execution.output, {
    a: 1,
    one: { ...common, state: 'first', enteredAt: '2026-01-01T00:00:00Z' },
    two: { ...common, state: 'second', enteredAt: '2026-01-01T00:01:30Z' },
  });
  assert.equal(execution.startedAt, START);
});

test('keeps the time of the entry while a state is tried again', async (t) => {
  const times: unknown[] = [];
  const task = {
    ...work,
    Parameters: { FunctionName: 'work', Payload: { 'at.$': '$$.State.EnteredTime' } },
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60 }],
  };
  const machines = await startMachines(
    t,
    { machine: sequence({ task }) },
    {
      clock: new VirtualClock(START + 250),
      answer(_name, payload) {
        times.push(payload);
        if (times.length < 2) throw new Error('not yet');
        return {};
      },
    },
  );

  await machines.start('machine').ended;

  assert.deepEqual(times, [{ at: '2026-01-01T00:00:00.250Z' }, { at: '2026-01-01T00:00:00.250Z' }]);
});

for (const [text, input, expected] of [
  ['absent', {}, 'absent'],
  ['there', { job: 1 }, 'other'],
] as const) {
  test(`tells that a value is ${text} by IsPresent: false`, async (t) => {
    const rule = { And: [{ Variable: '$.job', IsPresent: false }, { Not: { Variable: '$.job', IsPresent: true } }] };
    const machine = {
      StartAt: 'choice',
      States: {
        choice: { Type: 'Choice', Choices: [{ ...rule, Next: 'absent' }], Default: 'other' },
        absent: { Type: 'Succeed' },
        other: { Type: 'Succeed' },
      },
    };
    const machines = await startMachines(t, { machine });

    const execution = machines.start('machine', input);
    await execution.ended;

    assert.equal(execution.history.at(-1), expected);
  });
}

test('counts the events that the history would have', async (t) => {
  const nested = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:nested' },
  };
  const retried = { ...work, Retry: [{ ErrorEquals: ['States.ALL'] }], ResultPath: null };
  let calls = 0;
  const machines = await startMachines(
    t,
    { machine: sequence({ pass: { Type: 'Pass' }, retried, nested }), nested: sequence({ end: { Type: 'Pass' } }) },
    {
      clock: new VirtualClock(START),
      answer() {
        calls += 1;
        if (calls === 1) throw new Error('not yet');
        return {};
      },
    },
  );

  const execution = machines.start('machine');
  await execution.ended;

  // Its start and end, the Pass, the task with one more attempt, the nested machine.
  assert.equal(execution.historyEvents, 2 + 2 + (5 + 3) + 6);
});

for (const [state, moment, entered] of [
  ['first', 'before', ['first']],
  ['first', 'after', ['first']],
  ['choice', 'before', ['first', 'choice']],
] as const) {
  test(`lets a test abort ${moment} the state ${state}, and goes no further`, async (t) => {
    let calls = 0;
    let aborts = 0;
    const machine = {
      StartAt: 'first',
      States: {
        first: { ...work, Retry: [{ ErrorEquals: ['States.ALL'] }], Next: 'choice' },
        choice: { Type: 'Choice', Choices: [{ Variable: '$.a', IsPresent: true, Next: 'second' }], Default: 'second' },
        second: { ...work, End: true },
      },
    };
    const machines = await startMachines(
      t,
      { machine },
      {
        answer: () => {
          calls += 1;
          return {};
        },
        onState: (at) => {
          if (at.state !== state || at.moment !== moment) return;
          aborts += 1;
          at.execution.abort();
        },
      },
    );

    const execution = machines.start('machine');
    await machines.stateMachines.idle();

    assert.equal(execution.status, 'ABORTED');
    assert.deepEqual(execution.history, entered);
    assert.equal(aborts, 1);
    assert.equal(calls, state === 'first' && moment === 'before' ? 0 : 1);
  });
}

test('does not try a task again in an execution that was stopped', async (t) => {
  let calls = 0;
  const task = { ...work, Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 3600 }] };
  const failed = Promise.withResolvers<void>();
  const machines = await startMachines(
    t,
    { machine: sequence({ task }) },
    {
      answer() {
        calls += 1;
        throw new Error('not yet');
      },
      onStart: (execution) => execution.onProgress(({ error }) => error && failed.resolve()),
    },
  );
  const execution = machines.start('machine');
  await failed.promise;

  execution.abort();
  await execution.ended;

  assert.equal(calls, 1);
});

test('refuses a wait that it would play wrongly', () => {
  const definition = sequence({ wait: { Type: 'Wait', Seconds: 1, InputPath: '$.a' } });

  assert.throws(() => readDefinition(definition), /InputPath/);
});

test('shows what a failed state was, by its name', async (t) => {
  const machine = { StartAt: 'Fail', States: { Fail: { Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' } } };
  const machines = await startMachines(t, { machine });

  const execution = machines.start('machine', { error: 'JobFailedError', cause: 'It failed' });
  await execution.ended;

  assert.deepEqual(z.object({ error: z.string(), cause: z.string() }).parse(execution), {
    error: 'JobFailedError',
    cause: 'It failed',
  });
});
