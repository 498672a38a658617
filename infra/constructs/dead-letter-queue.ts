import { Duration, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { EncryptedQueue } from './encrypted-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';

interface DeadLetterQueueProps {
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
  /** What a message in the queue means. */
  readonly meaning: string;
}

/** A queue whose every message is something that was given up, and its alarm. */
export class DeadLetterQueue extends EncryptedQueue {
  constructor(scope: Construct, id: string, { encryptionKey, alarms, meaning }: DeadLetterQueueProps) {
    super(scope, id, { encryptionKey, retentionPeriod: Duration.days(14) });
    alarms.add(id, this.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }), meaning);
    const reason = 'This is where given-up messages end: an alarm watches it, and nothing consumes it that could fail.';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );
  }
}
