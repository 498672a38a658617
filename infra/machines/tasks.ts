/** Pieces of the Amazon States Language that the machines have in common; they may hold tokens. */

interface Next {
  Next: string;
  Catch?: object[];
}

/** Invokes a function; the state becomes its result. */
export function invoke(partition: string, functionArn: string, payload: object): object {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, ...payload },
  };
}

/** Writes to one entry; the state stays as it is. */
export function update(partition: string, table: string, key: object, change: Change, next: Next): object {
  const { set, remove = [], values = {}, condition } = change;
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const removals = remove.length === 0 ? '' : ` REMOVE ${remove.map((name) => `#${name}`).join(', ')}`;
  const expression = `SET ${assignments.join(', ')}${removals}`;
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:updateItem`,
    Parameters: {
      TableName: table,
      Key: key,
      UpdateExpression: expression,
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
      ExpressionAttributeNames: namesIn(expression, condition),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ...values,
      },
    },
    ResultPath: null,
    Retry: [...NOT_IF_REFUSED, ...LEDGER_RETRY],
    ...next,
  };
}

interface Change {
  /** Attributes by name, each a DynamoDB value such as `text('$.path')`. */
  set: Record<string, object>;
  remove?: string[];
  /** Of the condition. */
  values?: Record<string, object>;
  /** With a `#` before every attribute's name. */
  condition?: string;
}

/** Reads some attributes of one entry, as they are now, into `$.<into>.Item`: entries hold whole inputs and results. */
export function read(
  partition: string,
  table: string,
  key: object,
  { attributes, into, next }: { attributes: readonly string[]; into: string; next: string },
): object {
  const projection = attributes.map((name) => `#${name}`).join(', ');
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:getItem`,
    Parameters: {
      TableName: table,
      Key: key,
      ConsistentRead: true,
      ProjectionExpression: projection,
      ExpressionAttributeNames: namesIn(projection),
    },
    ResultPath: `$.${into}`,
    Retry: LEDGER_RETRY,
    Next: next,
  };
}

/** What stands with a `#` in the expressions: many plain words are reserved, `request` and `status` for example. */
export function namesIn(...expressions: (string | undefined)[]): Record<string, string> {
  const found = expressions.join(' ').matchAll(/#(\w+)/g);
  return Object.fromEntries([...found].map(([alias, name = '']) => [alias, name]));
}

/** Runs another machine to its end; `$.<into>.state` becomes its output. */
export function runMachine(partition: string, arn: string, input: object, into: string, next: Next): object {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
    Parameters: { StateMachineArn: arn, Input: input },
    ResultSelector: { 'state.$': '$.Output' },
    ResultPath: `$.${into}`,
    // These machines end well whatever they find: what fails is the start, and another window does no harm.
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 10 }],
    ...next,
  };
}

/** A DynamoDB string from a path, or a fixed one. */
export function text(value: string): object {
  return value.startsWith('$') || value.startsWith('States.') ? { 'S.$': value } : { S: value };
}

/** A DynamoDB number from a path. */
export function number(path: string): object {
  return { 'N.$': `States.Format('{}', ${path})` };
}

/** Step Functions leaves the milliseconds out where there are none; with them times are in their order as texts, too. */
export const NOW = withMilliseconds('$$.State.EnteredTime');

function withMilliseconds(path: string): string {
  const seconds = `States.ArrayGetItem(States.StringSplit(${path}, 'Z'), 0)`;
  const parts = `States.StringSplit(States.Format('{}.000', ${seconds}), '.')`;
  return `States.Format('{}.{}Z', States.ArrayGetItem(${parts}, 0), States.ArrayGetItem(${parts}, 1))`;
}

export const REFUSED = 'DynamoDB.ConditionalCheckFailedException';

export const NOT_IF_REFUSED = [{ ErrorEquals: [REFUSED], MaxAttempts: 0 }];

export const LEDGER_RETRY = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 10 },
];

/** The time-out of a submitting function, which goes on whatever becomes of its execution, and a margin. */
export const SUBMIT_ENDS_AFTER_SECONDS = 150;

/** Lambda had no room: nothing was run. */
export const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';

/** For functions that are safe to call again, also after their own time-out (`Sandbox.Timedout`) or the runtime's end. */
export const FUNCTION_RETRY = [
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.Unknown',
      'Runtime.ExitError',
      'Sandbox.Timedout',
      NOTHING_WAS_RUN,
    ],
    IntervalSeconds: 30,
    BackoffRate: 2,
    MaxDelaySeconds: 300,
    MaxAttempts: 20,
  },
];

/** The Amazon States Language keeps names that begin with `States.` to itself: a run fails by another one. */
export function engineErrorStates(next: string): object {
  return {
    'Is it an error of Step Functions?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.error.Error', StringMatches: 'States.*', Next: 'Name the error of Step Functions' }],
      Default: next,
    },
    'Name the error of Step Functions': {
      Type: 'Pass',
      Parameters: {
        Error: 'AwsUnavailableError',
        'Cause.$': "States.Format('Step Functions says {}: {}', $.error.Error, $.error.Cause)",
      },
      ResultPath: '$.error',
      Next: next,
    },
  };
}
