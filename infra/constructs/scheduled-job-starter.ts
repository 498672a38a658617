import { Stack } from 'aws-cdk-lib';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { startScheduledJob } from '../machines/start-scheduled-job/start-scheduled-job.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { LoggedStateMachine, mayStart } from './logged-state-machine.ts';

interface ScheduledJobStarterProps {
  /** The machines that have schedules: it may start no others. */
  readonly stateMachines: readonly IStateMachine[];
  readonly encryptionKey: EncryptionKey;
}

/** Starts the machine of an operation for a schedule. */
export class ScheduledJobStarter extends LoggedStateMachine {
  constructor(scope: Construct, id: string, { stateMachines, encryptionKey }: ScheduledJobStarterProps) {
    super(scope, id, {
      name: 'start-scheduled-job',
      encryptionKey,
      definition: startScheduledJob({ partition: Stack.of(scope).partition }),
      permissions: [mayStart(stateMachines)],
    });
  }
}
