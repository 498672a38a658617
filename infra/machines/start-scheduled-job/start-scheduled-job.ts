import { comment, examples } from '../examples.ts';
import type { Machine } from '../states.ts';
import { ALREADY_EXISTS, type Place } from '../tasks.ts';

const timePart = (index: number) => `States.ArrayGetItem(States.StringSplit($.scheduledTime, ':'), ${index})`;
/** `nightly-2022-03-22T18-59-43Z` for the schedule nightly at 2022-03-22T18:59:43Z. */
const EXECUTION_NAME = `States.Format('{}-{}-{}-{}', $.name, ${timePart(0)}, ${timePart(1)}, ${timePart(2)})`;

/**
 * Starts an operation's machine under the name of the scheduled occurrence, so that a doubled delivery starts one.
 * EventBridge Scheduler cannot do so itself: the only attribute that both deliveries share is the scheduled time, and an
 * execution's name must not hold its colons.
 */
export function startScheduledJob({ partition }: Pick<Place, 'partition'>): Machine {
  return {
    Comment: comment(
      'Starts an operation under the name of its scheduled occurrence.',
      examples['start-scheduled-job'],
    ),
    StartAt: 'Start',
    States: {
      Start: {
        Type: 'Task',
        Resource: `arn:${partition}:states:::states:startExecution`,
        Parameters: { 'StateMachineArn.$': '$.stateMachineArn', 'Name.$': EXECUTION_NAME, 'Input.$': '$.input' },
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
