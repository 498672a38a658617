import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { FUNCTION_RETRY, invoke, type Place } from '../tasks.ts';

export interface TakeTurnParts extends Pick<Place, 'partition'> {
  /** The function that decides. */
  takeTurnArn: string;
}

/**
 * One window of waiting for a service. Its `outcome`: `holder` (the service is the run's, with a fencing number and since
 * when), `attached` (an equal run has ended: its result), `failed` (an error), or `again` (another window).
 */
export function takeTurn({ partition, takeTurnArn }: TakeTurnParts): Machine {
  return {
    Comment: comment('One window of waiting for a service.', examples['take-turn']),
    StartAt: 'Take a turn',
    States: {
      'Take a turn': {
        ...invoke({ partition }, takeTurnArn, '$'),
        ResultSelector: { 'state.$': '$.Payload' },
        ResultPath: '$.look',
        Retry: FUNCTION_RETRY,
        Next: 'Does it wait?',
      },
      'Does it wait?': choose('$.look.state.next', { wait: 'Wait' }, 'Done'),
      Wait: { Type: 'Wait', SecondsPath: '$.look.state.waitSeconds', Next: 'Take a turn' },
      Done: { Type: 'Succeed', OutputPath: '$.look.state' },
    },
  };
}
