import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

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

  /** An alarm for a metric that counts failures. */
  add(id: string, metric: IMetric, alarmDescription: string): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic) alarm.addAlarmAction(new SnsAction(this.#topic));
  }

  /** An alarm for executions that end in failure or time-out; stopping one by hand is none. */
  addForExecutions(id: string, stateMachine: StateMachine, alarmDescription: string): void {
    const metric = new MathExpression({
      // A sum with a metric that has no data point has none either, hence FILL.
      expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
      usingMetrics: { failed: stateMachine.metricFailed(), timedOut: stateMachine.metricTimedOut() },
      period: Duration.minutes(5),
    });
    this.add(id, metric, alarmDescription);
  }
}
