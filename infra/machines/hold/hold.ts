import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { changeClaim, goOn, NOW, nestedName, type Place, runMachine, text, windowName } from '../tasks.ts';

export interface HoldParts extends Place {
  takeTurnArn: string;
}

/** Claims a service when it is the run's turn and nobody has paused its target, has the work done by another machine, and frees the service again. */
export function hold(parts: HoldParts): Machine {
  const turn = {
    'run.$': '$.run',
    'claims.$': '$.claims',
    'claim.$': '$.claim',
    'request.$': '$.request',
    'later.$': '$.later',
    'takesPlace.$': '$.takesPlace',
    'maxWaiting.$': '$.maxWaiting',
    'submitSeconds.$': '$.submitSeconds',
    'isNew.$': '$.turn.state.isNew',
    'attach.$': '$.turn.state.attach',
  };
  const work = {
    // With what the wait has cost.
    'run.$': '$.turn.state.run',
    'holder.$': '$.turn.state.run.name',
    'input.$': '$.input',
    'lookFor.$': '$.lookFor',
    'functionArn.$': '$.functionArn',
    'submitSeconds.$': '$.submitSeconds',
    'work.$': '$.work',
    'claim.$': '$.claim',
    'fence.$': '$.turn.state.fence',
    'claimedAt.$': '$.turn.state.claimedAt',
  };
  return {
    Comment: comment(
      'Holds a service for one run: waits for its turn and for the end of a pause, has the work done, frees the service.',
      examples.hold,
    ),
    StartAt: 'Take a turn',
    States: {
      'Take a turn': runMachine(parts, parts.takeTurnArn, turn, {
        into: 'turn',
        name: windowName('turn'),
        Next: 'Whose turn is it?',
      }),
      'Whose turn is it?': choose(
        '$.turn.state.outcome',
        { holder: 'Do the work', again: 'Take a turn' },
        'End as another run',
      ),
      'End as another run': { Type: 'Succeed', OutputPath: '$.turn.state' },
      'Do the work': runMachine(parts, { path: '$.machineArn' }, work, {
        into: 'done',
        name: nestedName('job'),
        Next: 'Is the service free?',
      }),
      // Where the job may still run the service stays claimed: until it is cancelled, or the lease runs out.
      'Is the service free?': choose('$.done.state.service', { free: 'Free the service' }, 'Done'),
      'Free the service': changeClaim(parts, '$.turn.state.fence', { releasedAt: text(NOW) }, goOn('Done')),
      Done: { Type: 'Succeed', OutputPath: '$.done.state' },
    },
  };
}
