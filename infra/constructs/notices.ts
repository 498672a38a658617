import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { SOURCE } from '../../shared/ledger/events.ts';
import { ownName } from '../names.ts';
import type { Settings } from '../settings/settings.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { OperationFunction } from './operation-function.ts';

interface NoticesProps {
  readonly settings: NonNullable<Settings['notifications']>;
  readonly sendNotices: OperationFunction;
  /** Where a digest that could not be asked for ends. */
  readonly unsent: DeadLetterQueue;
}

/** What has send-notices called: the events of this stack's runs, and the time of the digest. */
export class Notices extends Construct {
  constructor(scope: Construct, id: string, { settings, sendNotices, unsent }: NoticesProps) {
    super(scope, id);
    const { function: lambda } = sendNotices;
    new Rule(this, 'Told', {
      eventPattern: {
        source: [SOURCE],
        detailType: ['Run Ended', 'Run Paused'],
        detail: { stack: [Stack.of(this).stackName] },
      },
      targets: [new LambdaFunction(lambda, { deadLetterQueue: unsent })],
    });
    if (settings.digest === undefined) return;
    const role = new Role(this, 'DigestRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }));
    unsent.grantSendMessages(role);
    const schedule = new CfnSchedule(this, 'Digest', {
      name: ownName(this, 'cache-ops-digest'),
      scheduleExpression: settings.digest,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: lambda.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ digest: true }),
        deadLetterConfig: { arn: unsent.queueArn },
      },
    });
    schedule.node.addDependency(role);
  }
}
