import { OPEN } from '../../../shared/ledger/entry.ts';
import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { ALREADY_EXISTS, FUNCTION_RETRY, invoke, type Place, putEntry, text } from '../tasks.ts';

export interface RenewalParts extends Place {
  /** The function that decides. */
  renewRastersArn: string;
}

const EXECUTION = { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' };

const AWS_FAILED =
  "States.Format('AWS itself failed, after many tries: {} {} The rasters wait: the hourly sweep starts the next run.', $.Error, $.Cause)";

/** From new rasters of one source to a service that shows them. The function `renew-rasters` says what is next, by one word. */
export function renewFromRasters(parts: RenewalParts): Machine {
  const { partition, renewRastersArn } = parts;
  const answered = { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.answer', Next: 'Decide' }] };
  return {
    Comment: comment(
      'New rasters of one source: waits until no more come, and has them shown. Its executions are started by what arrives in S3.',
      examples['renew-from-rasters'],
    ),
    StartAt: 'Enter the ledger',
    TimeoutSeconds: 360 * 86_400,
    States: {
      'Enter the ledger': putEntry(
        parts,
        {
          operation: text('renew-from-rasters'),
          name: text('$$.Execution.Name'),
          executionArn: text('$$.Execution.Id'),
          startedAt: text('$$.Execution.StartTime'),
          status: text('waiting'),
          open: text(OPEN),
        },
        { Next: 'Decide', Catch: AWS_CATCH },
      ),
      Decide: {
        ...invoke(parts, renewRastersArn, { 'state.$': '$', execution: EXECUTION }),
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        Catch: AWS_CATCH,
        Next: 'What is next?',
      },
      'What is next?': choose('$.next', { wait: 'Wait', run: 'Run another', done: 'Done' }, 'Fail'),
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Decide' },
      'Run another': {
        Type: 'Task',
        Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
        Parameters: { 'StateMachineArn.$': '$.machineArn', 'Name.$': '$.name', 'Input.$': '$.input' },
        ResultSelector: { 'given.$': '$.Output' },
        ResultPath: '$.answer',
        // What it fails by is its answer. A start that was lost is made again under the same name.
        Retry: [
          { ErrorEquals: [ALREADY_EXISTS, 'States.TaskFailed'], MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 10 },
        ],
        ...answered,
        Next: 'Decide',
      },
      Done: { Type: 'Succeed', OutputPath: '$.result' },
      'AWS failed': {
        Type: 'Pass',
        Parameters: { Error: 'AwsUnavailableError', 'Cause.$': AWS_FAILED },
        Next: 'Fail',
      },
      Fail: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}

const AWS_CATCH = [{ ErrorEquals: ['States.ALL'], Next: 'AWS failed' }];
