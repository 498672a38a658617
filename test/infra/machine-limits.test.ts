import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sourceFiles } from '../support/source-files.ts';
import { machinesOf, OPERATIONS, required, SHARED_MACHINES } from './machines.ts';

const MAX_STATES = 60;
const MAX_STATES_OF_ONE = 20;
const MAX_CHOICE_RULES = 25;
/** What people start to pause a target: counted by itself, because no run goes through it. */
const PAUSE = 'pause-site';
const MAX_STATES_OF_PAUSE = 1;
/** What a run of several targets goes through besides, counted by itself; with the states of its Map. */
const TARGETS = 'run-targets';
const MAX_STATES_OF_TARGETS = 5;
/** Through these only runs that are plans go: counted by themselves, too; with the states of the Map. */
const PLANS = ['run-plan', 'run-units'];
const MAX_STATES_OF_PLANS = 15;
const MAX_CHOICE_RULES_OF_PLANS = 6;
/** What takes care of new rasters: counted by itself, because the operations that it runs have runs of their own. */
const RENEWAL = 'renew-from-rasters';
const MAX_STATES_OF_RENEWAL = 10;

/** What follows on the end of a run, beside it. */
const EDGE = 'invalidate-edge';
const MAX_STATES_OF_EDGE = 4;

const VENDOR_WORDS = /esri|arcgis|micro-?strategy|[a-z]+Server\b|GPServer|geoprocessing/i;

const all = machinesOf({
  schedules: [{ name: 'daily', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'gis' } }],
  rasters: [{ refresh: { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' } }],
  edges: [{ target: 'gis', service: 'A.ImageServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } }],
});
/** Each definition once: the machines of operations have the same. */
const definitions = ['refresh-service', ...SHARED_MACHINES, 'start-scheduled-job']
  .filter((name) => name !== TARGETS && !PLANS.includes(name))
  .map((name) => required(all, name));
const choices = definitions.flatMap(({ name, states }) =>
  [...states]
    .filter(([, { Type }]) => Type === 'Choice')
    .map(([state, choice]) => ({ at: `${name}: ${state}`, choice })),
);

describe('what a person has to read of the state machines', () => {
  it('is all of them: there are no others', () => {
    const known = new Set([
      ...OPERATIONS,
      ...definitions.map(({ name }) => name),
      PAUSE,
      TARGETS,
      ...PLANS,
      RENEWAL,
      EDGE,
    ]);

    assert.deepEqual(
      [...all.keys()].filter((name) => !known.has(name)),
      [],
    );
  });

  it(`is ${MAX_STATES} states at most, ${MAX_STATES_OF_ONE} in one of them, and ${MAX_CHOICE_RULES} rules of choices`, () => {
    const sizes = definitions.map(({ name, states }) => ({ name, states: states.size }));
    const rules = choices.flatMap(({ choice }) => choice.Choices);

    const sum = sizes.reduce((total, { states }) => total + states, 0);
    assert.ok(sum <= MAX_STATES, `${sum} states: ${JSON.stringify(sizes)}`);
    assert.deepEqual(
      sizes.filter(({ states }) => states > MAX_STATES_OF_ONE),
      [],
    );
    assert.ok(rules.length <= MAX_CHOICE_RULES, `${rules.length} rules`);
  });

  it(`is ${MAX_STATES_OF_PAUSE} state of the machine that pauses a target`, () => {
    assert.ok(required(all, PAUSE).states.size <= MAX_STATES_OF_PAUSE);
  });

  it(`is ${MAX_STATES_OF_TARGETS} states of the machine that runs several targets`, () => {
    const { json } = required(all, TARGETS);
    const states = JSON.stringify(json).match(/"Type":/g) ?? [];

    assert.equal(states.length, MAX_STATES_OF_TARGETS);
  });

  it(`is ${MAX_STATES_OF_PLANS} states at most of the machines of plans, whose choices test one word`, () => {
    const machines = PLANS.map((name) => required(all, name));
    const states = machines.flatMap(({ json }) => JSON.stringify(json).match(/"Type":/g) ?? []);
    const rules = machines.flatMap((machine) => [...machine.states.values()].flatMap(({ Choices }) => Choices));

    assert.ok(states.length <= MAX_STATES_OF_PLANS, `${states.length} states`);
    assert.ok(rules.length > 0 && rules.length <= MAX_CHOICE_RULES_OF_PLANS, `${rules.length} rules`);
    for (const { Next: _next, Variable: _variable, ...test } of rules)
      assert.match(JSON.stringify(test), /^\{"StringEquals":"[a-z]+"\}$/);
  });

  it(`is ${MAX_STATES_OF_RENEWAL} states of the machine for new rasters at most`, () => {
    const { states } = required(all, RENEWAL);

    assert.ok(states.size <= MAX_STATES_OF_RENEWAL, `${states.size} states`);
    const choices = [...states.values()].filter(({ Type }) => Type === 'Choice');
    assert.deepEqual(
      choices.map(({ Choices }) => new Set(Choices.map(({ Variable }) => Variable)).size),
      [1],
    );
  });

  it(`is ${MAX_STATES_OF_EDGE} states of the machine that invalidates an edge, and no choice`, () => {
    const types = [...required(all, EDGE).states.values()].map(({ Type }) => Type);

    assert.equal(types.length, MAX_STATES_OF_EDGE);
    assert.ok(!types.includes('Choice'));
  });

  it('is in each choice one word and where it leads: no time is compared, nothing is reckoned', () => {
    assert.ok(choices.length > 0);
    for (const { at, choice } of choices) {
      const variables = new Set(choice.Choices.map((rule) => rule['Variable']));
      assert.equal(variables.size, 1, at);
      for (const rule of choice.Choices) {
        const { Next: _next, Variable: _variable, ...test } = rule;
        // Whether the input has a key can be asked in no other way before a function has seen it.
        if (at.endsWith(': Is it a dry run?')) assert.deepEqual(test, { IsPresent: true });
        else assert.match(JSON.stringify(test), /^\{"StringEquals":"[a-z]+"\}$/, at);
      }
      assert.equal(typeof choice.Default, 'string', at);
    }
  });

  it('is no word of a vendor: what those mean is told by functions', () => {
    const files = sourceFiles('infra').filter(({ path }) => path.startsWith('infra/machines/'));
    const found = files.flatMap(({ path, text }) => text.match(VENDOR_WORDS)?.map((word) => `${path}: ${word}`) ?? []);

    assert.ok(files.length >= definitions.length);
    assert.deepEqual(found, []);
  });
});
