import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { LoggedStateMachine } from './logged-state-machine.ts';

interface CleanUpProps {
  readonly cancelRun: LoggedStateMachine;
  /** The machines whose stopped executions are cleaned up after. */
  readonly operations: readonly LoggedStateMachine[];
  /** Looks every hour for what no event told. */
  readonly sweepRuns: Lambda;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** What sees to it that the job of a stopped execution does not run on. */
export class CleanUp extends Construct {
  constructor(scope: Construct, id: string, props: CleanUpProps) {
    super(scope, id);
    const { cancelRun, operations, sweepRuns, encryptionKey, alarms } = props;
    const undelivered = new DeadLetterQueue(this, 'UndeliveredStops', {
      encryptionKey,
      alarms,
      meaning: 'A stopped execution could not be told to cancel-run: its job may run on the server for an hour.',
    });
    const mayStart = new PolicyStatement({
      actions: ['states:StartExecution'],
      resources: [cancelRun.stateMachineArn],
    });
    const role = new Role(this, 'StoppedRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(mayStart);
    const rule = new Rule(this, 'Stopped', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
          stateMachineArn: operations.map(({ stateMachineArn }) => stateMachineArn),
        },
      },
      targets: [
        { bind: () => ({ arn: cancelRun.stateMachineArn, role, deadLetterConfig: { arn: undelivered.queueArn } }) },
      ],
    });
    undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [undelivered.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );

    sweepRuns.addToRolePolicy(mayStart);
    sweepRuns.addToRolePolicy(
      new PolicyStatement({
        actions: ['states:DescribeExecution'],
        resources: operations.map(({ fixedArn }) => `${fixedArn.replace(':stateMachine:', ':execution:')}:*`),
      }),
    );
    sweepRuns.addEnvironment('CANCEL_RUN_ARN', cancelRun.stateMachineArn);
    alarms.add('SweepRuns', sweepRuns.metricErrors(), 'Runs whose end AWS did not tell could not be looked for.');
    // It reads before it does anything, and comes again in an hour: an event twice or not at all does no harm.
    new Rule(this, 'EveryHour', {
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(sweepRuns, { retryAttempts: 0 })],
    });
  }
}
