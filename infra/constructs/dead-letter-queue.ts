import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

interface DeadLetterQueueProps {
  readonly alarms: Alarms;
  /** What a message in the queue means. */
  readonly meaning: string;
}

/** A queue whose every message is something that was given up, and its alarm. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { alarms, meaning }: DeadLetterQueueProps) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    alarms.add(id, this.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }), meaning);
    const reason = 'This is where given-up messages end: an alarm watches it, and nothing consumes it that could fail.';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );
  }
}
