import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';

interface KeptLogGroupProps {
  readonly encryptionKey: EncryptionKey;
  /** CloudFormation makes one up when absent. */
  readonly logGroupName?: string;
}

/** A log under the stack's key. It is kept for a year, also when the stack goes, but not by a deployment that failed. */
export class KeptLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { encryptionKey, ...props }: KeptLogGroupProps) {
    super(scope, id, {
      ...props,
      encryptionKey: encryptionKey.key,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
