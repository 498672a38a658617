import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';

interface ScheduledJobStarterProps {
  /** The machines that have schedules: it may start no others. */
  readonly stateMachines: readonly IStateMachine[];
  readonly encryptionKey: EncryptionKey;
}

/**
 * Starts a job's state machine under the name of the scheduled occurrence, so that a doubled delivery starts one.
 * EventBridge Scheduler cannot do so itself: the only attribute that both deliveries share is the scheduled time, and
 * an execution's name must not hold its colons.
 */
export class ScheduledJobStarter extends LoggedStateMachine {
  constructor(scope: Construct, id: string, { stateMachines, encryptionKey }: ScheduledJobStarterProps) {
    super(scope, id, {
      name: 'start-scheduled-job',
      encryptionKey,
      definition: starterDefinition(Stack.of(scope).partition),
      permissions: [
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: stateMachines.map(({ stateMachineArn }) => stateMachineArn),
        }),
      ],
    });
  }
}

const timePart = (index: number) => `States.ArrayGetItem(States.StringSplit($.scheduledTime, ':'), ${index})`;
/** `nightly-2022-03-22T18-59-43Z` for the schedule nightly at 2022-03-22T18:59:43Z. */
const EXECUTION_NAME = `States.Format('{}-{}-{}-{}', $.name, ${timePart(0)}, ${timePart(1)}, ${timePart(2)})`;
const ALREADY_EXISTS = 'StepFunctions.ExecutionAlreadyExistsException';

function starterDefinition(partition: string): object {
  return {
    StartAt: 'Start',
    States: {
      Start: {
        Type: 'Task',
        Resource: `arn:${partition}:states:::states:startExecution`,
        Parameters: {
          'StateMachineArn.$': '$.stateMachineArn',
          'Name.$': EXECUTION_NAME,
          'Input.$': '$.input',
        },
        // Repeating is safe: the name is the same.
        Retry: [
          { ErrorEquals: [ALREADY_EXISTS], MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 10, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 8 },
        ],
        Catch: [{ ErrorEquals: [ALREADY_EXISTS], Next: 'Already started' }],
        End: true,
      },
      'Already started': { Type: 'Succeed' },
    },
  };
}
