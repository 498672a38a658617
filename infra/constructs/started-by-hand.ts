import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { BY_HAND_NAME } from '../../shared/jobs/started-by.ts';
import { stateMachineArn } from '../arns.ts';
import { type Operation, pascalCase } from '../operations.ts';
import { jobSettings, type Settings } from '../settings/settings.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Network } from './network.ts';
import { OperationFunction } from './operation-function.ts';

interface StartedByHandProps {
  readonly settings: Settings;
  readonly encryptionKey: EncryptionKey;
  readonly network: Network | undefined;
  /** Where an asynchronous invocation that failed ends. */
  readonly failures: IQueue;
}

/** The function of an operation. By hand it starts the operation's machine, and follows what it has started. */
export function addStartedByHand(scope: Construct, operation: Operation, props: StartedByHandProps): OperationFunction {
  const { name, kind, description, timeoutMinutes } = operation;
  const { settings, ...others } = props;
  const { secretPrefix, ledger } = settings;
  const ownArn = stateMachineArn(scope, name);
  const lambda = new OperationFunction(scope, pascalCase(name), {
    ...others,
    name,
    description,
    timeout: Duration.minutes(timeoutMinutes),
    secretPrefix,
    environment: {
      SECRET_PREFIX: secretPrefix,
      // By its name, because the machine in turn refers to the function.
      STATE_MACHINE_ARN: ownArn,
      KEEP_DAYS: String(ledger.keepDays),
      ...(kind === 'job' && { MAX_DURATION_DAYS: String(jobSettings(settings, name).maxDuration) }),
    },
    access: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [ownArn] })],
  });
  lambda.allowDescribing([name], BY_HAND_NAME);
  return lambda;
}
