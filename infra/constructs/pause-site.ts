import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { pauseSite } from '../machines/pause-site/pause-site.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';
import type { OperationFunction } from './operation-function.ts';

interface PauseSiteProps {
  readonly pauseSite: OperationFunction;
  /** The machines whose executions a pause may stop, by their names in the stack. */
  readonly operations: readonly string[];
  readonly encryptionKey: EncryptionKey;
}

/** The machine by which people pause a target. */
export class PauseSite extends LoggedStateMachine {
  constructor(scope: Construct, id: string, { pauseSite: lambda, operations, encryptionKey }: PauseSiteProps) {
    const { functionArn } = lambda.function;
    super(scope, id, {
      name: 'pause-site',
      encryptionKey,
      definition: pauseSite({ partition: Stack.of(scope).partition, pauseSiteArn: functionArn }),
      permissions: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
    });
    lambda.allowStopping(operations);
  }
}
