import { comment, examples } from '../examples.ts';
import { choose, type Machine, type Retrier } from '../states.ts';
import { invoke, ours, type Place } from '../tasks.ts';

export interface CancelRunParts extends Pick<Place, 'partition'> {
  /** The function that decides. */
  settleArn: string;
  /** The function that asks the vendor. */
  cancelArn: string;
}

/** What a stopped execution had under way has reached the ledger by then. */
const SETTLE_SECONDS = 5;

/** An hour and a half, and then the alarm; `sweep-runs` begins again later. */
const SETTLE_RETRY: readonly Retrier[] = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 24 },
];
/** The next attempt is minutes away in any case. */
const CANCEL_RETRY: readonly Retrier[] = [
  { ErrorEquals: ours(), MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 4 },
];

/**
 * Cleans up after a run whose execution was stopped, timed out, gave up at its deadline or broke off: its job does not run
 * on, and only then is the service freed. Its input is Step Functions' event of the execution's end, or `run` and `ended`.
 */
export function cancelRun({ partition, settleArn, cancelArn }: CancelRunParts): Machine {
  return {
    Comment: comment('Cleans up after a run whose execution did not come to its own end.', examples['cancel-run']),
    StartAt: 'Let it settle',
    States: {
      'Let it settle': { Type: 'Wait', Seconds: SETTLE_SECONDS, Next: 'Decide' },
      Decide: {
        ...invoke({ partition }, settleArn, '$'),
        // Nothing else of the event: it may hold the whole input and output of the execution.
        OutputPath: '$.Payload',
        Retry: SETTLE_RETRY,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'AWS failed' }],
        Next: 'What is to be done?',
      },
      'What is to be done?': choose('$.next', { ask: 'Wait', alarm: 'A job may run on' }, 'Done'),
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Ask the server' },
      'Ask the server': {
        ...invoke({ partition }, cancelArn, '$.ask'),
        ResultSelector: { 'state.$': '$.Payload' },
        ResultPath: '$.answer',
        Retry: CANCEL_RETRY,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.answer.state', Next: 'Decide' }],
        Next: 'Decide',
      },
      Done: { Type: 'Succeed' },
      'AWS failed': { Type: 'Fail', Error: 'AwsUnavailableError', CausePath: '$.Cause' },
      'A job may run on': { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}
