import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { machineArn, sequence, startMachines } from '../support/hand-made-machines.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const JOB = {
  StartAt: 'which',
  TimeoutSeconds: 3600,
  States: {
    which: { Type: 'Choice', Choices: [{ Variable: '$.fail', IsPresent: true, Next: 'fail' }], Default: 'wait' },
    fail: { Type: 'Fail', Error: 'JobFailedError', Cause: 'It failed' },
    wait: { Type: 'Wait', SecondsPath: '$.seconds', End: true },
  },
};
const ended = {
  name: 'Stopped',
  arn: 'arn:aws:events:us-east-1:000000000000:rule/Stopped',
  State: 'ENABLED',
  EventPattern: {
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED', 'SUCCEEDED'], stateMachineArn: [machineArn('job')] },
  },
  Targets: [{ Arn: machineArn('told') }],
};
const eventSchema = z.looseObject({ detail: z.record(z.string(), z.unknown()) });

const endings: [string, object, object][] = [
  ['SUCCEEDED', { seconds: 60 }, { stopDate: START + 60_000, output: '{"seconds":60}', error: null }],
  ['FAILED', { fail: true }, { stopDate: START, output: null, error: 'JobFailedError', cause: 'It failed' }],
  ['TIMED_OUT', { seconds: 7200 }, { stopDate: START + 3_600_000, output: null, error: 'States.Timeout' }],
  ['ABORTED', { seconds: 1800, abort: true }, { stopDate: START, output: null, error: null }],
];
for (const [status, input, expected] of endings) {
  test(`tells a machine of an execution that has ${status}`, async (t) => {
    const machines = await startMachines(
      t,
      { job: JOB, told: sequence({ end: { Type: 'Pass' } }) },
      {
        rules: [ended],
        clock: new VirtualClock(START),
        onState: ({ execution }) => (status === 'ABORTED' ? execution.abort() : undefined),
      },
    );

    const execution = machines.start('job', input);
    await machines.stateMachines.idle();

    const told = machines.stateMachines.executions.find(({ machine }) => machine === 'told');
    const { detail, ...event } = eventSchema.parse(JSON.parse(told?.input ?? ''));
    assert.equal(event['source'], 'aws.states');
    assert.deepEqual(event['resources'], [execution.arn]);
    const identity = {
      executionArn: execution.arn,
      stateMachineArn: machineArn('job'),
      name: execution.name,
      startDate: START,
    };
    const wanted = { ...identity, status, input: JSON.stringify(input), ...expected };
    assert.deepEqual({ ...detail, ...wanted }, detail);
  });
}

test('starts nothing where no enabled rule fits', async (t) => {
  const other = {
    ...ended,
    EventPattern: { source: ['aws.states'], detail: { stateMachineArn: [machineArn('other')] } },
  };
  const rules = [{ ...ended, State: 'DISABLED' }, other];
  const machines = await startMachines(t, { job: JOB, told: sequence({ end: { Type: 'Pass' } }) }, { rules });

  machines.start('job', { fail: true });
  await machines.stateMachines.idle();

  assert.equal(machines.stateMachines.executions.length, 1);
});

test('stops what was started from outside and starts nothing more, but what follows from ends', async (t) => {
  const cleanup = sequence({ wait: { Type: 'Wait', Seconds: 600 }, end: { Type: 'Pass' } });
  const machines = await startMachines(t, { job: JOB, told: cleanup }, { rules: [ended], pauseMs: 50 });
  await machines.start('job', { fail: true }).ended;
  machines.start('job', { seconds: 1800 });

  await machines.stop();

  assert.throws(() => machines.start('job', { fail: true }), { name: 'ServiceUnavailable' });
  const statuses = machines.stateMachines.executions.map(({ machine, status }) => [machine, status]);
  assert.deepEqual(statuses, [
    ['job', 'FAILED'],
    ['told', 'SUCCEEDED'],
    ['job', 'ABORTED'],
    ['told', 'SUCCEEDED'],
  ]);
});
