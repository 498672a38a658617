import { comment, examples } from '../examples.ts';
import type { Machine } from '../states.ts';
import { ALREADY_EXISTS, type Place } from '../tasks.ts';

/**
 * Starts an operation's machine under the name of an event, so that an event that is delivered twice starts one run.
 * EventBridge itself would give each delivery a name of its own.
 */
export function startEventRun({ partition }: Pick<Place, 'partition'>): Machine {
  return {
    Comment: comment('Starts an operation under the name of the event that asked for it.', examples['start-event-run']),
    StartAt: 'Start',
    States: {
      Start: {
        Type: 'Task',
        Resource: `arn:${partition}:states:::states:startExecution`,
        Parameters: { 'StateMachineArn.$': '$.stateMachineArn', 'Name.$': '$.name', 'Input.$': '$.input' },
        // Repeating is safe: the name is the same.
        Retry: [
          { ErrorEquals: [ALREADY_EXISTS], MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 10, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 8 },
        ],
        Catch: [{ ErrorEquals: [ALREADY_EXISTS], ResultPath: null, Next: 'Already started' }],
        End: true,
      },
      'Already started': { Type: 'Succeed' },
    },
  };
}
