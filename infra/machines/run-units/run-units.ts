import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { FUNCTION_RETRY, invoke, nestedName, type Place, runMachine } from '../tasks.ts';

export interface RunUnitsParts extends Place {
  /** The function that decides. */
  nextUnitArn: string;
  runJobArn: string;
}

/** One lane of a plan: one unit after the other, each a run of its own, until the function says that none may start now. */
export function runUnits(parts: RunUnitsParts): Machine {
  const lane = {
    'number.$': '$.number',
    'run.$': '$.run',
    'claim.$': '$.claim',
    'submitSeconds.$': '$.submitSeconds',
    'told.$': '$.unit.state',
    'ended.$': '$.done.state',
  };
  const work = {
    'run.$': '$.unit.state.run',
    'input.$': '$.unit.state.input',
    'claimedAt.$': '$.unit.state.run.startedAt',
    work: { state: { attempts: 0 } },
    'functionArn.$': '$.functionArn',
    'submitSeconds.$': '$.submitSeconds',
    'lookFor.$': '$.lookFor',
    'claim.$': '$.claim',
    'fence.$': '$.fence',
    'holder.$': '$.run.name',
  };
  return {
    Comment: comment('One lane of a plan: runs one unit after the other.', examples['run-units']),
    StartAt: 'Take the lane',
    States: {
      'Take the lane': { Type: 'Pass', OutputPath: '$.lane', Next: 'Next unit' },
      'Next unit': {
        ...invoke(parts, parts.nextUnitArn, { lane }),
        ResultSelector: { 'state.$': '$.Payload' },
        ResultPath: '$.unit',
        Retry: FUNCTION_RETRY,
        Next: 'Is there one?',
      },
      'Is there one?': choose('$.unit.state.next', { run: 'Run the unit', wait: 'Wait' }, 'Done'),
      Wait: { Type: 'Wait', SecondsPath: '$.unit.state.waitSeconds', Next: 'Next unit' },
      'Run the unit': runMachine(parts, parts.runJobArn, work, {
        into: 'done',
        name: nestedName('job', '$.unit.state.run.id'),
        Next: 'Next unit',
        // The function looks in the ledger what became of it.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.done.state', Next: 'Next unit' }],
      }),
      Done: { Type: 'Succeed', OutputPath: '$.unit.state' },
    },
  };
}
