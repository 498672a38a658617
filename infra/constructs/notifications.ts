import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import type { EncryptionKey } from './encryption-key.ts';

interface NotificationsProps {
  readonly settings: NonNullable<Settings['notifications']>;
  readonly encryptionKey: EncryptionKey;
}

/** Who is told: the stack's own topic with the e-mail address, a topic of the user's own, and the one of chat. */
export class Notifications extends Construct {
  /** Those of mails. */
  readonly topics: readonly ITopic[];
  readonly #settings: NonNullable<Settings['notifications']>;
  readonly #encryptionKey: EncryptionKey;

  constructor(scope: Construct, id: string, { settings, encryptionKey }: NotificationsProps) {
    super(scope, id);
    this.#settings = settings;
    this.#encryptionKey = encryptionKey;
    const { email, topicArn } = settings;
    this.topics = [
      ...(email === undefined ? [] : [this.#mailTopic(email)]),
      ...(topicArn === undefined ? [] : [Topic.fromTopicArn(this, 'OwnTopic', topicArn)]),
    ];
  }

  /** Where alarms are told: Amazon Q shows those of CloudWatch in chat too. */
  get alarmTopics(): readonly ITopic[] {
    const { chat } = this.#settings;
    if (this.topics.length > 0 || chat === undefined) return this.topics;
    return [Topic.fromTopicArn(this, 'ChatTopic', chat.topicArn)];
  }

  /** What send-notices is told. */
  get variable(): string {
    const { chat, tell, digest } = this.#settings;
    const topics = this.topics.map(({ topicArn }) => topicArn);
    return Stack.of(this).toJsonString({
      topics,
      ...(chat && { chat: chat.topicArn }),
      tell,
      digest: digest !== undefined,
    });
  }

  /** What send-notices may do. */
  access(): PolicyStatement[] {
    const { chat, email } = this.#settings;
    const resources = [...this.topics.map(({ topicArn }) => topicArn), ...(chat ? [chat.topicArn] : [])];
    return [
      new PolicyStatement({ actions: ['sns:Publish'], resources }),
      ...(email === undefined ? [] : [this.#encryptionKey.use('sns', ['kms:GenerateDataKey', 'kms:Decrypt'])]),
    ];
  }

  #mailTopic(email: string): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: 'cache-ops',
      enforceSSL: true,
      // Without a key SNS stores what is published as it is; the key that it has itself is closed to CloudWatch.
      masterKey: this.#encryptionKey.key,
    });
    topic.addSubscription(new EmailSubscription(email));
    // A topic with a policy of its own loses the default one, by which CloudWatch may publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    Validations.of(topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'SNS itself retries e-mail for hours; what it tells is in the ledger and in CloudWatch too.',
    });
    return topic;
  }
}
