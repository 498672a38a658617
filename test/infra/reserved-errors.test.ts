import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Machine, machinesOf, required, type State } from './machines.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const machines = machinesOf({
  schedules: [{ name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH }],
  edges: [{ target: 'gis', service: 'A.MapServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } }],
});

const isReserved = (error: unknown) => String(error).startsWith('States.');

/** Where a result or an error is put. Left out: it takes the place of the whole state. */
const resultOf = ({ ResultPath = '$' }: Record<string, unknown>) => ResultPath;

/** Where a state leads when it has put an error of any name there. */
function openErrors({ Type, ResultPath, Parameters, Next, Catch }: State, root: string): string[] {
  const caught = Catch.filter((catcher) => resultOf(catcher) === root && catcher.ErrorEquals.some(isReserved));
  const isOpen = Type === 'Pass' && resultOf({ ResultPath }) === root && !isNamed(Parameters);
  return [...caught.map((catcher) => catcher.Next), ...(isOpen && Next !== undefined ? [Next] : [])];
}

function isNamed(parameters: Record<string, unknown>): boolean {
  return parameters['Error'] !== undefined && !isReserved(parameters['Error']);
}

/** Where it leads while the error stays as it is. */
function followersWith({ Type, ResultPath, Next, Default, Choices, Catch }: State, root: string): string[] {
  if (Type === 'Pass' && resultOf({ ResultPath }) === root) return [];
  const caught = Catch.filter((catcher) => resultOf(catcher) !== root).map((catcher) => catcher.Next);
  return [Next, Default, ...Choices.map((rule) => rule.Next), ...caught].filter((name) => name !== undefined);
}

/** The Fail states that an error of any name may get to as it is. What functions tell is not seen here. */
function failsByAnyName({ states }: Pick<Machine, 'states'>): string[] {
  return [...states].flatMap(([fail, { Type, ErrorPath }]) => {
    if (Type !== 'Fail') return [];
    const root = String(ErrorPath).replace(/\.Error$/, '');
    const open = [...states.values()].flatMap((state) => openErrors(state, root));
    const reached = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      open.push(...followersWith(required(states, name), root));
    }
    return reached.has(fail) ? [fail] : [];
  });
}

describe('a state machine that fails', () => {
  for (const [name, machine] of machines) {
    it(`never does so by a name that the Amazon States Language keeps to itself: ${name}`, () => {
      const written = [...machine.states].filter(([, { Type, Error: error }]) => Type === 'Fail' && isReserved(error));

      assert.deepEqual([written, failsByAnyName(machine)], [[], []]);
    });
  }

  it('would be found where an error goes by unsorted', () => {
    const { states } = required(machines, 'refresh-service');
    const past = {
      ...required(states, 'Prepare'),
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Record the failure' }],
    };

    const found = failsByAnyName({ states: new Map([...states, ['Prepare', past]]) });

    assert.deepEqual(found, ['Fail']);
  });
});
