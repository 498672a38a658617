import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import validate from 'asl-validator';
import { pascalCase } from '../../infra/operations.ts';
import { followers, machinesOf, OPERATIONS, reachableFrom, required, SHARED_MACHINES, type State } from './machines.ts';

const EXPRESSIONS = ['UpdateExpression', 'ConditionExpression', 'ProjectionExpression', 'KeyConditionExpression'];
const KEY_WORDS = /\b(?:SET|REMOVE|ADD|AND|OR|IN|attribute_exists|attribute_not_exists)\b/g;

const machines = machinesOf({
  schedules: [
    {
      name: 'daily',
      operation: 'refresh-service',
      expression: 'rate(1 day)',
      input: { target: 'gis', serviceName: 'A', serviceType: 'MapServer' },
    },
  ],
  rasters: [{ refresh: { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' } }],
  edges: [{ target: 'gis', service: 'A.ImageServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } }],
});

describe('the state machines', () => {
  it('are one for each operation, what these share, and those that start scheduled operations, pause targets, take care of new rasters and invalidate edges', () => {
    const names = [...machines.keys()];

    assert.deepEqual(
      names.toSorted(),
      [
        ...OPERATIONS,
        ...SHARED_MACHINES,
        'start-scheduled-job',
        'pause-site',
        'renew-from-rasters',
        'invalidate-edge',
      ].toSorted(),
    );
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

    it(`fail by the error that was met, or by the name for errors of AWS, in ${name}`, () => {
      const fails = [...states.values()].filter(({ Type }) => Type === 'Fail');

      for (const { Error: fixed = 'AwsUnavailableError', ErrorPath, CausePath } of fails) {
        assert.deepEqual([fixed, CausePath], ['AwsUnavailableError', '$.Cause']);
        assert.ok(ErrorPath === '$.Error' || ErrorPath === undefined, String(ErrorPath));
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
      // What a function tells to write is tested where it is made.
      const written = tasks.filter(([, { Parameters }]) => !('UpdateExpression.$' in Parameters));
      for (const [state, { Parameters }] of written) {
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

  it('write the ledger and never read it: what is read there is decided on by functions', () => {
    const calls = tasksOf('dynamodb').map(({ Resource }) => Resource.replace(/^.*:/, ''));

    assert.deepEqual([...new Set(calls)].toSorted(), ['putItem', 'updateItem']);
  });

  it('take nothing of what the ledger answers along', () => {
    const carried = tasksOf('dynamodb').filter(({ ResultPath }) => ResultPath !== null);

    assert.deepEqual(carried, []);
  });

  it('give every execution that they wait for a fixed name, so that a start whose answer was lost starts one', () => {
    const names = tasksOf('states')
      .filter(({ Resource }) => Resource.endsWith('.sync:2'))
      .map(({ Parameters }) => String(Parameters['Name.$']));

    assert.ok(names.length > 0);
    // Of a raster's run a function tells the name.
    for (const name of names.filter((each) => each !== '$.name'))
      assert.match(name, /^States\.Format\('\{\}-[a-z]+(?:-\{\}){0,4}', \$\.(?:unit\.state\.)?run\.id/);
  });

  it('are the same for every operation, but for its function, its name and its limits', () => {
    const definitions = OPERATIONS.map((name) =>
      JSON.stringify(required(machines, name).json)
        .replaceAll(`${pascalCase(name)}Function`, 'Function')
        .replaceAll(name, 'operation')
        .replaceAll(/"(maxWaiting|submitSeconds)":\d+/g, '')
        // With an input of its own to begin with.
        .replace(/"Comment":"(?:[^"\\]|\\.)*"/, ''),
    );

    assert.equal(new Set(definitions).size, 1);
  });
});

function tasksOf(service: string): State[] {
  return [...machines.values()]
    .flatMap(({ states }) => [...states.values()])
    .filter(({ Resource }) => Resource.includes(`:states:::${service}:`));
}

function keysOf(value: unknown): string[] {
  return Object.keys(Object(value)).toSorted();
}
