import { type ErrorName, errorNames } from '../../shared/errors.ts';
import { CLAIMS, type RunStatus } from '../../shared/ledger/entry.ts';
import { type Change, changeOf, expression, type TransitionName, transition } from '../../shared/ledger/transitions.ts';
import type { Catcher, Next, Retrier, Task } from './states.ts';

/** Where the machines are: both may be tokens. */
export interface Place {
  partition: string;
  /** The ledger's table. */
  table: string;
}

/** A DynamoDB value: a fixed one, or where it stands in the state. */
export type Value = { S: string } | { 'S.$': string } | { 'N.$': string };

/** What follows on a task, and on its errors. */
export type Follows = Next & { Catch?: readonly Catcher[] };

/** Invokes a function. `payload` is what stands for its event. */
export function invoke(
  { partition }: Pick<Place, 'partition'>,
  functionArn: string | { path: string },
  payload: object | string,
): Pick<Task, 'Type' | 'Resource' | 'Parameters'> {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: {
      ...(typeof functionArn === 'string' ? { FunctionName: functionArn } : { 'FunctionName.$': functionArn.path }),
      ...(typeof payload === 'string' ? { 'Payload.$': payload } : { Payload: payload }),
    },
  };
}

/** The whole entry of a run: a fixed one, or where a function has told it. */
export function putEntry({ partition, table }: Place, item: object | { path: string }, follows: Follows): Task {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:putItem`,
    Parameters: { TableName: table, ...('path' in item ? { 'Item.$': item.path } : { Item: item }) },
    ResultPath: null,
    Retry: LEDGER_RETRY,
    ...follows,
  };
}

/** Of an entry. */
export type Key = Record<'operation' | 'name', Value>;

/** Takes a named step in the life of a run. */
export function step(place: Place, key: Key, name: TransitionName, change: Change<Value>, follows: Follows): Task {
  return update(place, key, transition(name, change, text), follows);
}

/** Changes an entry as a function has told: `path` is where its expression stands. */
export function writeTold(place: Place, key: Key, path: string, follows: Follows): Task {
  const told = ['UpdateExpression', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
  return update(place, key, Object.fromEntries(told.map((name) => [`${name}.$`, `${path}.${name}`])), follows);
}

/** Adds to the entry of a run that is at work. */
export function note(place: Place, key: Key, set: Change<Value>['set'], follows: Follows): Task {
  return noteOf(place, key, ['submitting', 'running'], set, follows);
}

/** Adds to the entry of a run that has one of these statuses. */
export function noteOf(
  place: Place,
  key: Key,
  after: readonly RunStatus[],
  set: Change<Value>['set'],
  follows: Follows,
): Task {
  return update(place, key, changeOf({ set }, { after, word: text }), follows);
}

/** Changes the claim while it is still this run's, told by the fencing number. */
export function changeClaim(
  place: Place,
  fencePath: string,
  set: Record<'leaseUntil', Value> | Record<'releasedAt', Value>,
  follows: Follows,
  holderPath = '$.run.name',
): Task {
  const values = { ':me': text(holderPath), ':fence': { 'N.$': fencePath } };
  const mine = expression<Value>({ set }, { condition: '#holder = :me AND #fence = :fence', values });
  return update(place, { operation: text(CLAIMS), name: text('$.claim') }, mine, follows);
}

function update({ partition, table }: Place, key: object, change: object, follows: Follows): Task {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:updateItem`,
    Parameters: { TableName: table, Key: key, ...change },
    ResultPath: null,
    Retry: [{ ErrorEquals: [REFUSED], MaxAttempts: 0 }, ...LEDGER_RETRY],
    ...follows,
  };
}

/** The key of the entry of the run that a nested machine works for. */
export const RUN: Key = { operation: text('$.run.operation'), name: text('$.run.name') };

const timePart = (index: number) => `States.ArrayGetItem(States.StringSplit($$.State.EnteredTime, ':'), ${index})`;

/** The name of a nested execution: of the run, or of one of its windows, by the time when this state was entered. */
export function nestedName(kind: 'hold' | 'job', id = '$.run.id'): string {
  return `States.Format('{}-${kind}', ${id})`;
}

export function windowName(kind: 'turn' | 'again' | 'watch'): string {
  return `States.Format('{}-${kind}-{}-{}-{}', $.run.id, ${timePart(0)}, ${timePart(1)}, ${timePart(2)})`;
}

/** The same of a lane of a plan. */
export function laneName(): string {
  return `States.Format('{}-lane-{}-{}-{}-{}', $.run.id, $.number, ${timePart(0)}, ${timePart(1)}, ${timePart(2)})`;
}

/**
 * Runs another machine to its end; `$.<into>.state` becomes its output, or `$.state` beside nothing else. Its execution has a fixed name, so that a start
 * whose answer was lost is not followed by a second one.
 */
export function runMachine(
  { partition }: Pick<Place, 'partition'>,
  arn: string | { path: string },
  input: object | { path: string },
  { into, name, ...follows }: Follows & { into?: string; name: string; OutputPath?: string },
): Task {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
    Parameters: {
      ...(typeof arn === 'string' ? { StateMachineArn: arn } : { 'StateMachineArn.$': arn.path }),
      'Name.$': name,
      // By this key Step Functions links the two executions in its console.
      ...('path' in input
        ? { 'Input.$': input.path }
        : { Input: { ...input, 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id' } }),
    },
    ResultSelector: { 'state.$': '$.Output' },
    ...(into === undefined ? {} : { ResultPath: `$.${into}` }),
    Retry: [
      { ErrorEquals: [ALREADY_EXISTS], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 10 },
    ],
    ...follows,
  };
}

export const ALREADY_EXISTS = 'StepFunctions.ExecutionAlreadyExistsException';

/** A DynamoDB string from a path or an intrinsic function, or a fixed one. */
export function text(value: string): Value {
  return value.startsWith('$') || value.startsWith('States.') ? { 'S.$': value } : { S: value };
}

/** A DynamoDB number from a path. */
export function number(path: string): Value {
  return { 'N.$': `States.Format('{}', ${path})` };
}

/** Step Functions leaves the milliseconds out where there are none; with them times are in their order as texts, too. */
export const NOW = withMilliseconds('$$.State.EnteredTime');

function withMilliseconds(path: string): string {
  const seconds = `States.ArrayGetItem(States.StringSplit(${path}, 'Z'), 0)`;
  const parts = `States.StringSplit(States.Format('{}.000', ${seconds}), '.')`;
  return `States.Format('{}.{}Z', States.ArrayGetItem(${parts}, 0), States.ArrayGetItem(${parts}, 1))`;
}

const REFUSED = 'DynamoDB.ConditionalCheckFailedException';

const LEDGER_RETRY: readonly Retrier[] = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 10 },
];

/** Lambda had no room: nothing was run. */
export const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';

/** Errors of ours leave a function on purpose; anything else is Lambda's or AWS' trouble, and the call is made again. */
export const FUNCTION_RETRY: readonly Retrier[] = [
  { ErrorEquals: ours(), MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 30, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 20 },
];

/** The names of our own errors, but for those that say that AWS did not work. */
export function ours(): ErrorName[] {
  return errorNames().filter((name) => name !== 'AwsUnavailableError');
}

/** The state goes on there whatever happens. */
export function goOn(next: string): { Next: string; Catch: readonly Catcher[] } {
  return { Next: next, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }] };
}
