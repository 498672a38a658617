import { OPEN } from '../../../shared/ledger/entry.ts';
import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { FUNCTION_RETRY, invoke, type Place, putEntry, text } from '../tasks.ts';

export interface RenewalParts extends Place {
  /** The function that decides. */
  renewRastersArn: string;
  /** The functions that it has asked, by their numbers. */
  askedArns: readonly string[];
  /** The queue of rasters that were given up. */
  givenUpUrl: string;
}

const EXECUTION = { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' };

const AWS_FAILED =
  "States.Format('AWS itself failed, after many tries: {} {} The rasters wait: the hourly sweep starts the next run.', $.Error, $.Cause)";

/** What it fails by is an answer, too. */
const ANSWERED = { ResultPath: '$.answer', Next: 'Decide' };
const CATCH = [{ ErrorEquals: ['States.ALL'], ...ANSWERED }];
const AWS_CATCH = [{ ErrorEquals: ['States.ALL'], Next: 'AWS failed' }];

/** From new rasters of one source to a service that shows them. The function `renew-rasters` says what is next, by one word. */
export function renewFromRasters(parts: RenewalParts): Machine {
  const { partition, renewRastersArn, askedArns, givenUpUrl } = parts;
  const asked = `States.ArrayGetItem(States.Array(${askedArns.map((arn) => `'${arn}'`).join(', ')}), $.function)`;
  return {
    Comment: comment(
      `New rasters of one source: waits until no more come, and has them shown. Its executions are started by what arrives in S3, and each has an entry in the table ${parts.table}.`,
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
      'What is next?': choose(
        '$.next',
        { wait: 'Wait', ask: 'Ask', run: 'Run another', tell: 'Give rasters up', done: 'Done' },
        'Fail',
      ),
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Decide' },
      Ask: {
        ...invoke(parts, { path: asked }, '$.question'),
        ResultSelector: { 'given.$': '$.Payload' },
        Retry: FUNCTION_RETRY,
        Catch: CATCH,
        ...ANSWERED,
      },
      'Run another': {
        Type: 'Task',
        Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
        Parameters: { 'StateMachineArn.$': '$.machineArn', 'Name.$': '$.name', 'Input.$': '$.input' },
        ResultSelector: { 'given.$': '$.Output' },
        // A start that failed is an answer, too: the function has it made again under the same name. Step Functions could
        // not tell it from a run that failed: in a retrier States.TaskFailed stands for every error.
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }],
        Catch: CATCH,
        ...ANSWERED,
      },
      'Give rasters up': {
        Type: 'Task',
        Resource: `arn:${partition}:states:::sqs:sendMessage`,
        Parameters: { QueueUrl: givenUpUrl, 'MessageBody.$': '$.letter' },
        ResultSelector: { 'given.$': '$.MessageId' },
        Retry: [
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 10 },
        ],
        Catch: CATCH,
        ...ANSWERED,
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
