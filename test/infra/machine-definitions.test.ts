import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import validate from 'asl-validator';
import { followers, machinesOf, reachableFrom, required } from './machines.ts';

const EXPRESSIONS = ['UpdateExpression', 'ConditionExpression', 'ProjectionExpression', 'KeyConditionExpression'];
const KEY_WORDS = /\b(?:SET|REMOVE|ADD|AND|OR|attribute_exists|attribute_not_exists)\b/g;

const machines = machinesOf({
  schedules: [
    {
      name: 'daily',
      operation: 'refresh-service',
      expression: 'rate(1 day)',
      input: { target: 'gis', serviceName: 'A', serviceType: 'MapServer' },
    },
  ],
});

describe('the state machines', () => {
  it('are one for each job operation, what these share, and the one that starts scheduled jobs', () => {
    const names = [...machines.keys()];

    assert.deepEqual(names.toSorted(), [
      'cancel-run',
      'delete-map-server-cache',
      'manage-map-server-cache-tiles',
      'refresh-service',
      'start-scheduled-job',
      'take-turn',
      'watch-job',
    ]);
  });

  for (const [name, machine] of machines) {
    const { json, states, startAt, properties } = machine;
    const tasks = [...states].filter(([, { Type }]) => Type === 'Task');

    it(`have a valid definition for ${name}`, () => {
      const { isValid, errorsText } = validate(json);

      assert.ok(isValid, errorsText());
    });

    it(`are Standard, traced and logged in full for ${name}`, () => {
      const { StateMachineType, TracingConfiguration, LoggingConfiguration } = properties;

      assert.equal(StateMachineType, 'STANDARD');
      assert.deepEqual(TracingConfiguration, { Enabled: true });
      assert.match(
        JSON.stringify(LoggingConfiguration),
        /^\{"Destinations":\[\{"CloudWatchLogsLogGroup":\{"LogGroupArn":"arn:aws:logs:\w+Logs"\}\}\],"IncludeExecutionData":true,"Level":"ALL"\}$/,
      );
    });

    it(`lead to every state of ${name}, and from each to an end`, () => {
      const reached = reachableFrom(machine, startAt);

      assert.deepEqual(
        [...states.keys()].filter((state) => state !== startAt && !reached.has(state)),
        [],
      );
      const isEnd = (state: string) => followers(required(states, state)).length === 0;
      for (const state of states.keys()) {
        assert.ok(isEnd(state) || [...reachableFrom(machine, state)].some(isEnd), `${state} leads to no end`);
      }
    });

    it(`fail by the error that was met in ${name}`, () => {
      const fails = [...states.values()].filter(({ Type }) => Type === 'Fail');

      for (const fail of fails) {
        assert.deepEqual([fail['ErrorPath'], fail['CausePath']], ['$.error.Error', '$.error.Cause']);
      }
    });

    it(`name every error only after the ones by name in ${name}`, () => {
      const lists = tasks.flatMap(([state, { Retry, Catch }]) => [
        { state, rules: Retry },
        { state, rules: Catch },
      ]);

      for (const { state, rules } of lists) {
        const all = rules.findIndex(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
        assert.ok(all === -1 || all === rules.length - 1, `${state}: States.ALL is not the last`);
        assert.ok(all === -1 || rules[all]?.ErrorEquals.length === 1, `${state}: States.ALL is not alone`);
      }
    });

    it(`try each task of ${name} again when AWS has a bad moment`, () => {
      const without = tasks.filter(([, { Retry }]) => Retry.length === 0).map(([state]) => state);

      assert.deepEqual(without, []);
    });

    it(`speak of attributes by alias only in ${name}, since plain words are reserved, and use all that they define`, () => {
      for (const [state, { Parameters }] of tasks) {
        const expressions = EXPRESSIONS.map((key) => Parameters[key] ?? '').join(' ');

        const aliases = [...new Set(expressions.match(/#\w+/g))];
        const values = [...new Set(expressions.match(/:\w+/g))];
        const plain = expressions
          .replaceAll(/[#:]\w+/g, '')
          .replaceAll(KEY_WORDS, '')
          .match(/\w+/g);
        assert.equal(plain, null, state);
        assert.deepEqual(aliases.toSorted(), keysOf(Parameters['ExpressionAttributeNames']), state);
        assert.deepEqual(values.toSorted(), keysOf(Parameters['ExpressionAttributeValues']), state);
      }
    });
  }

  it('compare times as times: AWS writes them with and without fractions of a second', () => {
    const rules = [...machines.values()].flatMap(
      ({ json }) => JSON.stringify(json).match(/"String[A-Z]\w*than\w*"/gi) ?? [],
    );

    assert.deepEqual(rules, []);
  });

  it('read from the ledger only what they use, as an entry may hold a whole input', () => {
    const reads = [...machines].flatMap(([name, { states }]) =>
      [...states]
        .filter(([, { Resource }]) => Resource.endsWith(':getItem'))
        .map(([state, { Parameters }]) => [
          name,
          state,
          Parameters['ConsistentRead'],
          String(Parameters['ProjectionExpression']).replaceAll('#', ''),
        ]),
    );

    assert.deepEqual(reads, [
      [
        'take-turn',
        'Look at the claim',
        true,
        'holder, holderOperation, requestHash, fence, claimedAt, leaseUntil, releasedAt',
      ],
      ['take-turn', 'Look at the equal run', true, 'finishedAt, result, error, cause'],
      [
        'cancel-run',
        'Read its entry',
        true,
        'status, error, target, service, sought, submittingAt, taskPath, taskUrl, jobId',
      ],
    ]);
  });

  it('take nothing else of the ledger or of Step Functions along', () => {
    const carried = [...machines.values()]
      .flatMap(({ states }) => [...states])
      .filter(([, { Resource }]) => Resource.includes('dynamodb:') && !Resource.endsWith(':getItem'))
      .map(([state, { ResultPath, ResultSelector }]) => [state, ResultPath, ResultSelector])
      .filter(([, path]) => path !== null);

    assert.deepEqual(carried, [
      ['Look at the queue', '$.queue', { 'ahead.$': '$.Count' }],
      ['Claim the service', '$.granted', undefined],
    ]);
  });
});

function keysOf(value: unknown): string[] {
  return Object.keys(Object(value)).toSorted();
}
