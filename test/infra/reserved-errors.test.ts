import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Machine, machinesOf, required, type State } from './machines.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const machines = machinesOf({
  schedules: [{ name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH }],
});

const isReserved = (error: unknown) => String(error).startsWith('States.');

/** Where a state leads when it has put an error of any name into `$.<root>`. */
function openErrors({ Type, ResultPath, Parameters, Next, Catch }: State, root: string): string[] {
  const caught = Catch.filter((catcher) => catcher['ResultPath'] === root && catcher.ErrorEquals.some(isReserved));
  const isOpen = Type === 'Pass' && ResultPath === root && !isNamed(Parameters);
  return [...caught.map((catcher) => catcher.Next), ...(isOpen && Next !== undefined ? [Next] : [])];
}

function isNamed(parameters: Record<string, unknown>): boolean {
  return parameters['Error'] !== undefined && !isReserved(parameters['Error']);
}

/** Where it leads while `$.<root>` stays as it is; nowhere from a Choice that sorts out the reserved names. */
function followersWith({ Type, ResultPath, Next, Default, Choices, Catch }: State, root: string): string[] {
  const sortsOut = Choices.some((rule) => rule['Variable'] === `${root}.Error` && rule['StringMatches'] === 'States.*');
  if (sortsOut || (Type === 'Pass' && ResultPath === root)) return [];
  const caught = Catch.filter((catcher) => catcher['ResultPath'] !== root).map((catcher) => catcher.Next);
  return [Next, Default, ...Choices.map((rule) => rule.Next), ...caught].filter((name) => name !== undefined);
}

/** The Fail states that an error of any name may get to as it is. */
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
    const submit = required(states, 'Note the submit');
    const past = {
      ...submit,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Record the failure' }],
    };

    const found = failsByAnyName({ states: new Map([...states, ['Note the submit', past]]) });

    assert.deepEqual(found, ['Fail']);
  });
});
