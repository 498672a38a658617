import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LoggedStateMachine } from './logged-state-machine.ts';

interface JobStateMachineProps {
  /** The operation's name, and so the state machine's. */
  readonly operation: string;
  /** The operation's function, which submits the job. */
  readonly submit: IFunction;
  /** The function that looks how a job is doing. */
  readonly check: IFunction;
}

/** Submits a geoprocessing job and looks after it until it has ended. */
export class JobStateMachine extends LoggedStateMachine {
  constructor(scope: Construct, id: string, { operation, submit, check }: JobStateMachineProps) {
    super(scope, id, {
      name: operation,
      definition: jobDefinition(Stack.of(scope).partition, submit.functionArn, check.functionArn),
      permission: { action: 'lambda:InvokeFunction', resources: [submit.functionArn, check.functionArn] },
    });
  }
}

/** No Catch: an error of a function is the error of the execution, by the same name. */
function jobDefinition(partition: string, submitArn: string, checkArn: string): object {
  const invoke = (functionArn: string, payload: object) => ({
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, ...payload },
    OutputPath: '$.Payload',
    Next: 'Is the job running?',
  });
  return {
    StartAt: 'Submit',
    States: {
      Submit: { ...invoke(submitArn, { Payload: { 'submit.$': '$' } }), Retry: SUBMIT_RETRY },
      'Is the job running?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.status', StringEquals: 'running', Next: 'Wait' }],
        Default: 'Done',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Check' },
      Check: { ...invoke(checkArn, { 'Payload.$': '$' }), Retry: CHECK_RETRY },
      Done: { Type: 'Succeed' },
    },
  };
}

const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';

/** Never after an error of the Lambda service: the function may have run, and a second submit is a second job. */
const SUBMIT_RETRY = [
  {
    ErrorEquals: ['VendorUnreachableError', 'VendorBusyError'],
    IntervalSeconds: 60,
    BackoffRate: 2,
    MaxAttempts: 2,
  },
  { ErrorEquals: [NOTHING_WAS_RUN], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 10 },
];

/** Looking is safe to repeat, also after the function's own time-out (`Sandbox.Timedout`). */
const CHECK_RETRY = [
  {
    ErrorEquals: [
      'VendorUnreachableError',
      'VendorBusyError',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Sandbox.Timedout',
      NOTHING_WAS_RUN,
    ],
    IntervalSeconds: 30,
    BackoffRate: 2,
    MaxDelaySeconds: 300,
    MaxAttempts: 20,
  },
];
