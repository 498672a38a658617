import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Machine, machinesOf, required } from './machines.ts';

const REFUSED = 'DynamoDB.ConditionalCheckFailedException';
const SAFE_TO_REPEAT = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'Lambda.TooManyRequestsException',
];
const repeated = (ErrorEquals: string[], MaxAttempts: number) => ({
  ErrorEquals,
  IntervalSeconds: 30,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  MaxAttempts,
});

const machines = machinesOf();
const nextOf = ({ states }: Machine, name: string) => required(states, name).Next;
const parametersOf = ({ states }: Machine, name: string) => required(states, name).Parameters;
const caughtBy = ({ states }: Machine, name: string) =>
  required(states, name).Catch.map(({ ErrorEquals, ResultPath, Next }) => [ErrorEquals, ResultPath, Next]);

describe('take-turn', () => {
  const takeTurn = required(machines, 'take-turn');

  it('counts those that are ahead of the run, and claims the service when nobody is', () => {
    const { KeyConditionExpression, ExpressionAttributeValues, Select, IndexName } = parametersOf(
      takeTurn,
      'Look at the queue',
    );

    const { Choices, Default } = required(takeTurn.states, 'Is it the turn of this run?');
    assert.deepEqual(
      { KeyConditionExpression, ExpressionAttributeValues, Select, IndexName },
      {
        KeyConditionExpression: '#waitingFor = :claim AND #ticket < :ticket',
        ExpressionAttributeValues: { ':claim': { 'S.$': '$.claim' }, ':ticket': { 'S.$': '$.run.ticket' } },
        Select: 'COUNT',
        IndexName: 'waiting',
      },
    );
    assert.deepEqual(Choices?.[0], { Variable: '$.queue.ahead', NumericEquals: 0, Next: 'Claim the service' });
    assert.equal(Default, 'May it wait?');
  });

  it('claims past those ahead when nobody has taken the free service for longer than any of them would wait', () => {
    const [, released, runOff, ...others] = required(takeTurn.states, 'Is it the turn of this run?').Choices ?? [];

    const claimed = '$.claimed.Item';
    assert.deepEqual(
      [released, runOff, others],
      [
        {
          And: [
            { Variable: `${claimed}.releasedAt.S`, IsPresent: true },
            { Variable: `${claimed}.releasedAt.S`, TimestampLessThanPath: '$.clock.longAgo' },
          ],
          Next: 'Claim the service',
        },
        {
          And: [
            { Variable: `${claimed}.holder.S`, IsPresent: true },
            { Variable: `${claimed}.leaseUntil.S`, TimestampLessThanPath: '$.clock.longAgo' },
          ],
          Next: 'Claim the service',
        },
        [],
      ],
    );
  });

  it('turns a run away only once, and only when as many as may wait are ahead of it', () => {
    const { Choices, Default } = required(takeTurn.states, 'May it wait?');

    assert.deepEqual(Choices, [
      {
        And: [
          { Variable: '$.isNew', BooleanEquals: true },
          { Not: { Variable: '$.run.startedBy', StringEquals: 'S3' } },
          { Variable: '$.looks.count', NumericEquals: 1 },
          { Variable: '$.queue.ahead', NumericGreaterThanEqualsPath: '$.maxWaiting' },
        ],
        Next: 'Too many wait',
      },
    ]);
    assert.equal(Default, 'Wait');
  });

  it('claims a service that is free or whose lease has run off, under the next fencing number', () => {
    const { ConditionExpression, UpdateExpression, ReturnValues } = parametersOf(takeTurn, 'Claim the service');

    assert.equal(
      ConditionExpression,
      'attribute_not_exists(#holder) OR attribute_exists(#releasedAt) OR #leaseUntil < :now',
    );
    assert.match(String(UpdateExpression), / REMOVE #releasedAt ADD #fence :one$/);
    assert.equal(ReturnValues, 'UPDATED_NEW');
    assert.deepEqual(caughtBy(takeTurn, 'Claim the service'), [[[REFUSED], null, 'May it wait?']]);
  });

  it('takes a claim for its own only when name and operation are its own', () => {
    const [own] = required(takeTurn.states, 'Who holds the service?').Choices;

    assert.deepEqual(own, {
      And: [
        { Variable: '$.claimed.Item.holder.S', IsPresent: true },
        { Variable: '$.claimed.Item.holder.S', StringEqualsPath: '$.run.name' },
        { Variable: '$.claimed.Item.holderOperation.S', StringEqualsPath: '$.run.operation' },
        { Variable: '$.claimed.Item.releasedAt.S', IsPresent: false },
      ],
      Next: 'Holder already',
    });
  });

  it('has one of four outcomes', () => {
    const ends = [...takeTurn.states]
      .filter(([, state]) => state['End'] === true)
      .map(([name, { Parameters, Result }]) => [name, Object({ ...Parameters, ...Object(Result) })['outcome']]);

    assert.deepEqual(Object.fromEntries(ends), {
      'Holder already': 'holder',
      Holder: 'holder',
      Attached: 'attached',
      'Attached to a failure': 'failed',
      'Too many wait': 'failed',
      Again: 'again',
    });
  });

  it('keeps far from the 25,000 events of a history: 200 looks', () => {
    const [full] = required(takeTurn.states, 'Is the window full?').Choices;

    assert.deepEqual(full, { Variable: '$.looks.count', NumericGreaterThanEquals: 200, Next: 'Again' });
  });
});

describe('watch-job', () => {
  const watchJob = required(machines, 'watch-job');

  it('looks after the job with check-job until the window is full or the job is over', () => {
    const { Choices, Default } = required(watchJob.states, 'Is it still running?');

    assert.deepEqual(parametersOf(watchJob, 'Check'), {
      FunctionName: 'arn:aws:lambda:CheckJobFunction',
      'Payload.$': '$',
    });
    assert.equal(required(watchJob.states, 'Wait')['SecondsPath'], '$.waitSeconds');
    assert.deepEqual(Choices, [{ Variable: '$.status', StringEquals: 'running', Next: 'Wait' }]);
    assert.equal(Default, 'End of the window');
  });

  it('goes on with the newest watch alone', () => {
    const { OutputPath, ResultPath } = required(watchJob.states, 'Check');

    assert.deepEqual([OutputPath, ResultPath], ['$.Payload', undefined]);
  });

  it('goes on looking through failures that pass, and hands every other error to the run', () => {
    const { Retry } = required(watchJob.states, 'Check');

    assert.deepEqual(Retry, [repeated(SAFE_TO_REPEAT, 20)]);
    assert.deepEqual(caughtBy(watchJob, 'Check'), [[['States.ALL'], '$.error', 'Ended by an error']]);
    assert.deepEqual(parametersOf(watchJob, 'Ended by an error')['error.$'], '$.error');
  });
});

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
    const hasJob = { Variable: '$.ledger.Item.taskUrl.S', IsPresent: true };
    assert.deepEqual(Choices, [
      { Variable: '$.ledger.Item', IsPresent: false, Next: 'Nothing to do' },
      { ...is('waiting'), Next: 'Mark as cancelled before its submit' },
      { ...is('submitting'), Next: 'Wait for its submit' },
      { ...is('running'), Next: 'Take its job' },
      { And: [is('uncertain'), hasJob], Next: 'Take its job' },
      { ...is('uncertain'), Next: 'Look for its job' },
      { And: [is('failed'), by('JobTimedOutError'), hasJob], Next: 'Take its job' },
      { And: [is('failed'), { Variable: '$.ended', StringEquals: 'FAILED' }], Next: 'Nothing to do' },
      { And: [is('failed'), by('JobFailedError', 'JobCancelledError', 'JobLostError')], Next: 'Free the service' },
      { And: [is('failed'), hasJob], Next: 'Take its job' },
      { ...is('failed'), Next: 'Nothing to do' },
    ]);
    assert.equal(Default, 'Free the service');
  });

  it('lets a submit that is under way end before it looks for the job', () => {
    const { Seconds, Next } = required(cancelRun.states, 'Wait for its submit');

    assert.ok(Number(Seconds) > 120);
    assert.equal(Next, 'Look for its job');
  });

  it('asks a server that is down for about a day, and says that the job may run on when that was in vain', () => {
    for (const name of ['Look for its job', 'Cancel']) {
      const { Retry } = required(cancelRun.states, name);

      assert.deepEqual(Retry, [
        repeated(['VendorUnreachableError', 'VendorBusyError', 'VendorContractError'], 300),
        repeated(SAFE_TO_REPEAT, 20),
      ]);
      assert.deepEqual(caughtBy(cancelRun, name), [[['States.ALL'], '$.error', 'Record that it is uncertain']]);
    }
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
      { Variable: `${state}.over`, BooleanEquals: false, Next: 'Wait' },
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
      ':releasedAt': { 'S.$': '$$.State.EnteredTime' },
      ':me': { 'S.$': '$.run.name' },
      ':operation': { 'S.$': '$.run.operation' },
    });
    assert.deepEqual(caughtBy(cancelRun, 'Free the service'), [[[REFUSED], null, 'Over']]);
  });
});
