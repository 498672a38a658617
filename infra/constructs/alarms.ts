import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ownName } from '../names.ts';
import { kebabCase } from '../operations.ts';

interface AlarmsProps {
  /** Where alarms are told; without any they only show in CloudWatch. */
  readonly topics: readonly ITopic[];
}

interface AlarmOptions {
  /** @defaultValue 1 */
  readonly threshold?: number;
  /** Its failures are ends of runs, of which people are told by a notice: it only shows in CloudWatch. */
  readonly ofRuns?: boolean;
}

/** One of the last three: an alarm stays for a quarter of an hour, and one datum that comes late does not take it back. */
const DATAPOINTS_TO_ALARM = 1;
const EVALUATION_PERIODS = 3;

/** The stack's alarms: each goes off at the first failure in five minutes. */
export class Alarms extends Construct {
  readonly #topics: readonly ITopic[];

  constructor(scope: Construct, id: string, { topics }: AlarmsProps) {
    super(scope, id);
    this.#topics = topics;
  }

  /** An alarm for a metric that counts failures, named after its id. */
  add(id: string, metric: IMetric, alarmDescription: string, options: AlarmOptions = {}): void {
    const { threshold = 1, ofRuns = false } = options;
    const alarm = new Alarm(this, id, {
      alarmName: ownName(this, `cache-ops-${kebabCase(id)}`),
      metric,
      alarmDescription,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: EVALUATION_PERIODS,
      datapointsToAlarm: DATAPOINTS_TO_ALARM,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    for (const topic of ofRuns ? [] : this.#topics) alarm.addAlarmAction(new SnsAction(topic));
  }

  /**
   * An alarm for executions that end in failure; stopping one by hand is none. Time-outs are not watched:
   * only machines of jobs have one, of 360 days. So no metric math is needed, whose FILL would stand
   * for data that come late and leave the alarm in OK ("Using metric math", CloudWatch user guide).
   */
  addForExecutions(id: string, stateMachine: StateMachine, alarmDescription: string, options: AlarmOptions = {}): void {
    this.add(id, stateMachine.metricFailed(), alarmDescription, options);
  }
}
