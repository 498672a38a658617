import { comment, examples } from '../examples.ts';
import type { Machine, Retrier } from '../states.ts';
import { type Key, noteOf, type Place, text } from '../tasks.ts';

/** A minute, and what the clocks of AWS may differ by: every run that ended in the same minute has ended by then. */
const WAIT_SECONDS = 65;

/** What another try does not mend, as Step Functions names it with and without the ending of the SDK's classes. */
const REFUSED = [
  'AccessDenied',
  'NoSuchDistribution',
  'InvalidArgument',
  'InvalidationBatchAlreadyExists',
  'BatchTooLarge',
  'InconsistentQuantities',
  'MissingBody',
].flatMap((name) => [`CloudFront.${name}Exception`, `CloudFront.${name}`]);

/** An hour: too many invalidations in progress, throttling and all else that passes. */
const RETRY: readonly Retrier[] = [
  { ErrorEquals: REFUSED, MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 60, BackoffRate: 1, MaxAttempts: 60 },
];

const minutePart = (index: number) => `States.ArrayGetItem(States.StringSplit($.endedAt, ':'), ${index})`;

/**
 * CloudFront answers a reference that it knows, with the same paths, by the invalidation that it has made for it (page
 * "InvalidationBatch" of its API reference): so all ends of a minute, and events that come twice, make one.
 */
const REFERENCE = `States.Format('{}-{}-{}', $.edge.reference, ${minutePart(0)}, ${minutePart(1)})`;

/** The entry of the run that has ended. */
const ENTRY: Key = {
  operation: text('$$.Execution.Input.operation'),
  name: text("States.ArrayGetItem(States.StringSplit($$.Execution.Input.run, '/'), 1)"),
};

/** Has what stands before the server forget the tiles that a run has changed. */
export function invalidateEdge(place: Place): Machine {
  return {
    Comment: comment(
      'Invalidates an edge after the runs of a minute that changed its service.',
      examples['invalidate-edge'],
    ),
    StartAt: 'Let the minute pass',
    States: {
      'Let the minute pass': { Type: 'Wait', Seconds: WAIT_SECONDS, Next: 'Invalidate' },
      Invalidate: {
        Type: 'Task',
        Resource: `arn:${place.partition}:states:::aws-sdk:cloudfront:createInvalidation`,
        Parameters: {
          'DistributionId.$': '$.edge.distributionId',
          InvalidationBatch: { 'CallerReference.$': REFERENCE, 'Paths.$': '$.edge.paths' },
        },
        Retry: RETRY,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Note the failure' }],
        End: true,
      },
      // The run has succeeded all the same. What tells of runs sees the note, and puts an event on the bus.
      'Note the failure': noteOf(
        place,
        ENTRY,
        ['succeeded', 'partly'],
        { edgeFailure: text('States.JsonToString(States.JsonMerge($$.Execution.Input, $, false))') },
        { Next: 'Fail', Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Fail' }] },
      ),
      Fail: { Type: 'Fail', Error: 'AwsUnavailableError', CausePath: '$.Cause' },
    },
  };
}
