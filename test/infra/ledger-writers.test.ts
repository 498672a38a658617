import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TRANSITIONS } from '../../shared/ledger/transitions.ts';
import { sourceFiles } from '../support/source-files.ts';
import { machinesOf, OPERATIONS, type State } from './machines.ts';

/** `begins` leads to the same status as `runs`, and a function writes it. */
const STATUSES = new Map(
  Object.entries(TRANSITIONS)
    .filter(([name]) => name !== 'begins')
    .map(([name, { to }]) => [to as string, name]),
);

describe('the steps in the life of a run', () => {
  it('are written by those that may, all of them and no others', () => {
    const written = [...writtenByMachines(), ...writtenByFunctions()].toSorted();

    const allowed = Object.entries(TRANSITIONS).flatMap(([name, { by }]) => by.map((writer) => `${name} by ${writer}`));
    assert.deepEqual([...new Set(written)], allowed.toSorted());
  });

  it('end well only as a function has told the machine that does the work', () => {
    const told = [...machinesOf()].flatMap(([name, { states }]) =>
      [...states.values()].some(({ Parameters }) => 'UpdateExpression.$' in Parameters) ? [name] : [],
    );

    assert.deepEqual(told, ['run-job']);
  });
});

/** The machine of every operation is `run`. */
function writtenByMachines(): string[] {
  return [...machinesOf()].flatMap(([machine, { states }]) =>
    [...states.values()].flatMap((state) => {
      const status = statusIn(state);
      if (status === undefined) return [];
      return [`${STATUSES.get(status) ?? status} by ${OPERATIONS.includes(machine) ? 'run' : machine}`];
    }),
  );
}

function statusIn({ Parameters }: State): string | undefined {
  const { [':status']: status } = Object(Parameters['ExpressionAttributeValues']);
  return status === undefined ? undefined : String(status.S);
}

/** A function writes what its sources name; names are literal types, so that no other way compiles. */
function writtenByFunctions(): string[] {
  return sourceFiles('functions').flatMap(({ path, text }) =>
    Object.keys(TRANSITIONS)
      .filter((name) => new RegExp(`'${name}'`).test(text))
      .map((name) => `${name} by ${path.split('/')[1]}`),
  );
}
