import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOW } from '../../infra/machines/tasks.ts';
import {
  caughtBy,
  machinesOf,
  NOTHING_SUBMITTED,
  nextOf,
  parametersOf,
  REFUSED,
  repeated,
  required,
  SAFE_TO_REPEAT,
} from './machines.ts';

const machines = machinesOf();

describe('cancel-run', () => {
  const cancelRun = required(machines, 'cancel-run');

  it("takes three words of the event along: the event may hold the execution's whole input", () => {
    const { Type, Parameters, ...rest } = required(cancelRun.states, 'Which run?');

    assert.equal(Type, 'Pass');
    assert.deepEqual(Parameters, {
      run: {
        'name.$': '$.detail.name',
        'operation.$': "States.ArrayGetItem(States.StringSplit($.detail.stateMachineArn, ':'), 6)",
      },
      'ended.$': '$.detail.status',
      attempt: { state: { attempts: 0 } },
    });
    assert.ok(!('ResultPath' in rest));
  });

  it('has nothing to do where a run failed by itself, but for its deadline', () => {
    const { Choices, Default } = required(cancelRun.states, cancelRun.startAt);

    assert.deepEqual(Choices, [
      {
        And: [
          { Variable: '$.detail.status', StringEquals: 'FAILED' },
          { Variable: '$.detail.error', IsPresent: true },
          { Not: { Variable: '$.detail.error', StringEquals: 'JobTimedOutError' } },
          { Not: { Variable: '$.detail.error', StringMatches: 'States.*' } },
        ],
        Next: 'Nothing to do',
      },
    ]);
    assert.equal(Default, 'Which run?');
  });

  it('does by the entry what is to be done', () => {
    const { Choices, Default } = required(cancelRun.states, 'What was it doing?');

    const is = (status: string) => ({ Variable: '$.ledger.Item.status.S', StringEquals: status });
    const by = (...names: string[]) => ({
      Or: names.map((name) => ({ Variable: '$.ledger.Item.error.S', StringEquals: name })),
    });
    const hasJob = { Variable: '$.ledger.Item.jobId.S', IsPresent: true };
    assert.deepEqual(Choices, [
      { Variable: '$.ledger.Item', IsPresent: false, Next: 'Nothing to do' },
      { ...is('waiting'), Next: 'Mark as cancelled before its submit' },
      { ...is('submitting'), Next: 'Wait for its submit' },
      { ...is('running'), Next: 'Take its job' },
      { And: [is('uncertain'), hasJob], Next: 'Take its job' },
      { ...is('uncertain'), Next: 'Look for its job' },
      { And: [is('failed'), by('JobTimedOutError'), hasJob], Next: 'Take its job' },
      { And: [is('failed'), { Variable: '$.ended', StringEquals: 'FAILED' }], Next: 'Nothing to do' },
      { And: [is('failed'), by('SubmitUncertainError')], Next: 'Look for its job' },
      { And: [is('failed'), by('JobFailedError', 'JobCancelledError', 'JobLostError')], Next: 'Free the service' },
      { And: [is('failed'), hasJob], Next: 'Take its job' },
      { And: [is('failed'), by(...NOTHING_SUBMITTED)], Next: 'Free the service' },
      { ...is('failed'), Next: 'Nothing to do' },
    ]);
    assert.equal(Default, 'Free the service');
  });

  it('lets a submit that is under way end before it looks for the job', () => {
    const { Seconds, Next } = required(cancelRun.states, 'Wait for its submit');

    assert.ok(Number(Seconds) > 120);
    assert.equal(Next, 'Look for its job');
  });

  it('keeps the service claimed while it asks again, and says that the job may run on when that was in vain', () => {
    for (const name of ['Keep the service for the search', 'Keep the service']) {
      const { UpdateExpression, ConditionExpression } = parametersOf(cancelRun, name);

      assert.deepEqual(
        [UpdateExpression, ConditionExpression],
        [
          'SET #leaseUntil = :leaseUntil',
          '#holder = :me AND #holderOperation = :operation AND attribute_not_exists(#releasedAt)',
        ],
      );
      const next = nextOf(cancelRun, name);
      assert.deepEqual(caughtBy(cancelRun, name), [[['States.ALL'], null, next]]);
    }
    for (const name of ['Look for its job', 'Cancel']) {
      const { Retry } = required(cancelRun.states, name);

      assert.deepEqual(Retry, [repeated(SAFE_TO_REPEAT, 20)]);
      assert.deepEqual(caughtBy(cancelRun, name), [[['States.ALL'], '$.error', 'Is it an error of Step Functions?']]);
    }
    assert.equal(
      required(cancelRun.states, 'Is it an error of Step Functions?').Default,
      'Record that it is uncertain',
    );
    assert.equal(nextOf(cancelRun, 'Record that it is uncertain'), 'The job may run on');
  });

  it('calls a run cancelled only after the server said so, or where no job was submitted', () => {
    const writers = [...cancelRun.states].filter(([, { Parameters }]) =>
      JSON.stringify(Parameters).includes('":status":{"S":"cancelled"}'),
    );

    const { Choices, Default } = required(cancelRun.states, 'Is it over?');
    const state = '$.attempt.state';
    assert.deepEqual(
      writers.map(([name]) => name),
      ['Mark as cancelled before its submit', 'Mark as cancelled'],
    );
    assert.deepEqual(Choices, [
      { Variable: `${state}.over`, BooleanEquals: false, Next: 'Keep the service' },
      { Variable: '$.ledger.Item.status.S', StringEquals: 'failed', Next: 'Note how the job ended' },
      { Variable: `${state}.jobStatus`, StringEquals: 'esriJobCancelled', Next: 'Mark as cancelled' },
      { Variable: `${state}.jobStatus`, StringEquals: 'esriJobDeleted', Next: 'Mark as cancelled' },
    ]);
    assert.equal(Default, 'Mark as stopped');
  });

  it('frees only the service that the stopped run holds', () => {
    const { ConditionExpression, ExpressionAttributeValues, Key } = parametersOf(cancelRun, 'Free the service');

    assert.deepEqual(Key, {
      operation: { S: 'claim' },
      name: { 'S.$': "States.Format('{}/{}', $.ledger.Item.target.S, $.ledger.Item.service.S)" },
    });
    assert.equal(
      ConditionExpression,
      '#holder = :me AND #holderOperation = :operation AND attribute_not_exists(#releasedAt)',
    );
    assert.deepEqual(ExpressionAttributeValues, {
      ':releasedAt': { 'S.$': NOW },
      ':me': { 'S.$': '$.run.name' },
      ':operation': { 'S.$': '$.run.operation' },
    });
    assert.deepEqual(caughtBy(cancelRun, 'Free the service'), [[[REFUSED], null, 'Over']]);
  });
});
