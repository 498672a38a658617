import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { caughtBy, machinesOf, parametersOf, REFUSED, repeated, required, SAFE_TO_REPEAT } from './machines.ts';

const machines = machinesOf();

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
          { Not: { Variable: '$.run.operation', StringEquals: 'refresh-service' } },
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

  it('has one of six outcomes', () => {
    const ends = [...takeTurn.states]
      .filter(([, state]) => state['End'] === true)
      .map(([name, { Parameters, Result }]) => [name, Object({ ...Parameters, ...Object(Result) })['outcome']]);

    assert.deepEqual(Object.fromEntries(ends), {
      'Holder already': 'holder',
      Holder: 'holder',
      Attach: 'attach',
      Detach: 'detach',
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
