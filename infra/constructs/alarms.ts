import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ownName } from '../names.ts';
import { kebabCase } from '../operations.ts';

interface AlarmsProps {
  /** Where alarms are told; without it they only show in CloudWatch. */
  readonly topic: ITopic | undefined;
}

/** The stack's alarms: each goes off at the first failure in five minutes. */
export class Alarms extends Construct {
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, id: string, { topic }: AlarmsProps) {
    super(scope, id);
    this.#topic = topic;
  }

  /** An alarm for a metric that counts failures, named after its id. */
  add(id: string, metric: IMetric, alarmDescription: string): void {
    const alarm = new Alarm(this, id, {
      alarmName: ownName(this, `cache-ops-${kebabCase(id)}`),
      metric,
      alarmDescription,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic) alarm.addAlarmAction(new SnsAction(this.#topic));
  }

  /**
   * An alarm for executions that end in failure; stopping one by hand is none. Time-outs are not watched:
   * only machines of jobs have one, of 360 days. So no metric math is needed, whose FILL would stand
   * for data that come late and leave the alarm in OK ("Using metric math", CloudWatch user guide).
   */
  addForExecutions(id: string, stateMachine: StateMachine, alarmDescription: string): void {
    this.add(id, stateMachine.metricFailed(), alarmDescription);
  }
}
