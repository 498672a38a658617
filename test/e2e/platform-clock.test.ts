import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { machineArn, sequence, startMachines } from '../support/hand-made-machines.ts';

const DAY_SECONDS = 86_400;
const work = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', 'Payload.$': '$' },
};
const wait = { Type: 'Wait', SecondsPath: '$.seconds' };
const named = (name: string) => Object.assign(new Error(name), { name });

test('lets thirty days pass in no time, by exactly the seconds of each wait', async (t) => {
  const clock = new VirtualClock(0);
  const times: number[] = [];
  const machine = {
    StartAt: 'wait',
    States: {
      wait: { ...wait, Next: 'work' },
      work: { ...work, OutputPath: '$.Payload', Next: 'again?' },
      'again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.seconds', NumericGreaterThan: 0, Next: 'wait' }],
        Default: 'end',
      },
      end: { Type: 'Succeed' },
    },
  };
  const machines = await startMachines(
    t,
    { machine },
    {
      clock,
      answer: () => {
        times.push(clock.now() / 1000);
        return { seconds: times.length < 30 ? DAY_SECONDS : 0 };
      },
    },
  );

  const execution = machines.start('machine', { seconds: DAY_SECONDS });
  await execution.ended;

  assert.deepEqual(
    times,
    Array.from({ length: 30 }, (_, day) => (day + 1) * DAY_SECONDS),
  );
  assert.equal(execution.stoppedAt, 30 * DAY_SECONDS * 1000);
});

test('pauses before each attempt for as long as the retrier says', async (t) => {
  const clock = new VirtualClock(0);
  const errors = ['Busy', 'Busy', 'Other', 'Busy', 'Busy'];
  const times: number[] = [];
  const Retry = [
    { ErrorEquals: ['Busy'], IntervalSeconds: 30, BackoffRate: 2, MaxDelaySeconds: 100, MaxAttempts: 10 },
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 5 },
  ];
  const machines = await startMachines(
    t,
    { machine: sequence({ work: { ...work, Retry } }) },
    {
      clock,
      answer: () => {
        times.push(clock.now() / 1000);
        const error = errors.shift();
        if (error !== undefined) throw named(error);
        return {};
      },
    },
  );

  await machines.start('machine').ended;

  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  assert.deepEqual(pauses, [30, 60, 5, 100, 100]);
});

test('stands still while anything is at work', async (t) => {
  const clock = new VirtualClock(0);
  const seen: number[] = [];
  const machines = await startMachines(
    t,
    { sleeper: sequence({ wait }), worker: sequence({ work }) },
    {
      clock,
      async answer() {
        // Real time, in which a clock that does not stand still would have jumped.
        await setTimeout(20);
        seen.push(clock.now());
        return {};
      },
    },
  );
  machines.start('sleeper', { seconds: 60 });
  machines.start('worker');

  await machines.stateMachines.idle();

  assert.deepEqual(seen, [0]);
  assert.equal(clock.now(), 60_000);
});

test('wakes several in the order of their times, also while one waits for a nested machine', async (t) => {
  const nested = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn: machineArn('inner'), 'Input.$': '$' },
  };
  const ends: [string, number][] = [];
  const clock = new VirtualClock(0);
  const machines = await startMachines(t, { outer: sequence({ nested }), inner: sequence({ wait }) }, { clock });
  const start = async (machine: string, seconds: number) => {
    await machines.start(machine, { seconds }).ended;
    ends.push([machine, clock.now() / 1000]);
  };

  await Promise.all([
    start('outer', 300),
    start('inner', 100),
    start('outer', 200),
    clock.after(250, () => ends.push(['test', clock.now() / 1000])),
  ]);

  assert.deepEqual(ends, [
    ['inner', 100],
    ['outer', 200],
    ['test', 250],
    ['outer', 300],
  ]);
});

test('ends an execution at the time-out of its machine, however long', async (t) => {
  const machine = { ...sequence({ wait }), TimeoutSeconds: 300 * DAY_SECONDS };
  const clock = new VirtualClock(0);
  const machines = await startMachines(t, { machine }, { clock });

  const execution = machines.start('machine', { seconds: 400 * DAY_SECONDS });
  await execution.ended;

  assert.equal(execution.status, 'TIMED_OUT');
  assert.equal(execution.error, 'States.Timeout');
  assert.equal(clock.now(), 300 * DAY_SECONDS * 1000);
});

test('waits until a moment too', async (t) => {
  const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const until = { Type: 'Wait', TimestampPath: '$.until' };
  const machines = await startMachines(t, { machine: sequence({ until }) }, { clock });

  const execution = machines.start('machine', { until: '2026-03-01T00:00:00Z' });
  await execution.ended;

  assert.equal(new Date(clock.now()).toISOString(), '2026-03-01T00:00:00.000Z');
  assert.deepEqual(execution.output, { until: '2026-03-01T00:00:00Z' });
});
