import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';

interface KeptLogGroupProps {
  readonly encryptionKey: EncryptionKey;
  /** CloudFormation makes one up when absent. */
  readonly logGroupName?: string;
}

/** Says in a construct's context how many days the logs in it are kept. */
export const LOG_DAYS = 'logDays';

/** A log under the stack's key. What it holds is kept as the settings say, also when the stack goes, but not by a deployment that failed. */
export class KeptLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { encryptionKey, ...props }: KeptLogGroupProps) {
    super(scope, id, {
      ...props,
      encryptionKey: encryptionKey.key,
      retention: scope.node.getContext(LOG_DAYS),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
