import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';

interface NotificationsProps {
  readonly email: string;
  readonly encryptionKey: EncryptionKey;
}

/** The topic that alarms are told to, and the e-mail address that hears of them. */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email, encryptionKey }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'cache-ops',
      enforceSSL: true,
      // Without a key SNS stores what is published as it is; the key that it has itself is closed to CloudWatch.
      masterKey: encryptionKey.key,
    });
    this.topic.addSubscription(new EmailSubscription(email));
    // A topic with a policy of its own loses the default one, by which CloudWatch may publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    Validations.of(this.topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'SNS itself retries e-mail for hours, and the alarm that it repeats stays visible in CloudWatch.',
    });
  }
}
