import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { EventDelivery } from './event-delivery.ts';
import { type LoggedStateMachine, mayStart } from './logged-state-machine.ts';
import type { OperationFunction } from './operation-function.ts';
import { type RasterRenewal, RENEWAL } from './raster-renewal.ts';

interface CleanUpProps {
  readonly cancelRun: LoggedStateMachine;
  /** The machine of every operation, by its name: their stopped executions are cleaned up after. */
  readonly operations: ReadonlyMap<string, LoggedStateMachine>;
  /** What takes care of new rasters, where there are such. */
  readonly renewal: RasterRenewal | undefined;
  /** Looks every hour for what no event told. */
  readonly sweepRuns: OperationFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** What sees to it that the job of a stopped execution does not run on. */
export class CleanUp extends Construct {
  /** Fires every hour. */
  readonly everyHour: Rule;

  constructor(scope: Construct, id: string, props: CleanUpProps) {
    super(scope, id);
    const { cancelRun, renewal, sweepRuns, encryptionKey, alarms } = props;
    const operations = new Map([...props.operations, ...(renewal ? [[RENEWAL, renewal.machine] as const] : [])]);
    const delivery = new EventDelivery(this, {
      machine: cancelRun,
      roleId: 'StoppedRole',
      queueId: 'UndeliveredStops',
      meaning: 'A stopped execution could not be told to cancel-run: its job may run on the server for an hour.',
      encryptionKey,
      alarms,
    });
    const rule = new Rule(this, 'Stopped', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
          stateMachineArn: [...operations.values()].map(({ stateMachineArn }) => stateMachineArn),
        },
      },
      targets: [delivery.target()],
    });
    delivery.allow([rule]);

    const { function: sweep } = sweepRuns;
    sweep.addToRolePolicy(mayStart([cancelRun]));
    sweepRuns.allowDescribing([...props.operations.keys()]);
    renewal?.allowSweeping(sweepRuns);
    sweepRuns.set('CANCEL_RUN_ARN', cancelRun.stateMachineArn);
    alarms.add('SweepRuns', sweep.metricErrors(), 'Runs whose end AWS did not tell could not be looked for.');
    this.everyHour = new Rule(this, 'EveryHour', {
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(sweep, { retryAttempts: 0 })],
    });
    Validations.of(this.everyHour).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'An event that is lost does no harm: the next one comes in an hour, and has the same done.',
    });
  }
}
