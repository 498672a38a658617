import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ownName } from '../names.ts';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { mayStart } from './logged-state-machine.ts';
import { ScheduledJobStarter } from './scheduled-job-starter.ts';

/** An occurrence that could not be delivered for an hour is given up: at noon nobody wants the purge of the night. */
const MAX_EVENT_AGE_SECONDS = 3600;
const MAX_RETRY_ATTEMPTS = 60;

const EXECUTION_NAME_LENGTH = 80;
const TIME_LENGTH = '-2022-03-22T18-59-43Z'.length;
const HASH_LENGTH = 12;

type ScheduleSettings = Settings['schedules'][number];

interface SchedulesProps {
  readonly schedules: readonly ScheduleSettings[];
  /** The state machine of every operation. */
  readonly stateMachines: ReadonlyMap<string, IStateMachine>;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** The schedules of the settings, in a group of their own. */
export class Schedules extends Construct {
  readonly #role: Role;
  readonly #group = new CfnScheduleGroup(this, 'Group', { name: ownName(this, 'cache-ops') });
  readonly #undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    this.#role = new Role(this, 'Role', { assumedBy: this.#scheduler() });
    this.#undelivered = new DeadLetterQueue(this, 'UndeliveredSchedules', {
      encryptionKey: props.encryptionKey,
      alarms: props.alarms,
      meaning: 'A schedule could not start its operation: the message says which and why.',
    });
    this.#undelivered.grantSendMessages(this.#role);

    this.#addSchedules(props);
  }

  #addSchedules({ schedules, stateMachines, encryptionKey, alarms }: SchedulesProps): void {
    const operations = [...new Set(schedules.map(({ operation }) => operation))];
    const starter = new ScheduledJobStarter(this, 'StartScheduledJob', {
      encryptionKey,
      stateMachines: operations.map((operation) => required(stateMachines, operation)),
    });
    alarms.addForExecutions('StartScheduledJob', starter, 'A scheduled operation could not be started.');
    this.#role.addToPolicy(mayStart([starter]));
    for (const schedule of schedules) {
      const occurrence = {
        stateMachineArn: required(stateMachines, schedule.operation).stateMachineArn,
        name: executionPrefix(schedule.name),
        scheduledTime: '<aws.scheduler.scheduled-time>',
        input: schedule.input,
      };
      this.#schedule(schedule, starter.stateMachineArn, Stack.of(this).toJsonString(occurrence));
    }
  }

  #schedule({ name, expression, timezone, enabled }: ScheduleSettings, arn: string, input: string): void {
    const schedule = new CfnSchedule(this, `Schedule-${name}`, {
      name,
      groupName: this.#group.ref,
      scheduleExpression: expression,
      scheduleExpressionTimezone: timezone,
      state: enabled ? 'ENABLED' : 'DISABLED',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn,
        input,
        roleArn: this.#role.roleArn,
        deadLetterConfig: { arn: this.#undelivered.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: MAX_EVENT_AGE_SECONDS, maximumRetryAttempts: MAX_RETRY_ATTEMPTS },
      },
    });
    // Scheduler refuses a target that the role may not use yet.
    schedule.node.addDependency(this.#role);
  }

  /** Only this group's schedules, so that no schedule of another account can borrow the role. */
  #scheduler(): ServicePrincipal {
    return new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': this.#group.attrArn },
      },
    });
  }
}

/** The schedule's name, as much of it as an execution's name has room for before the time. */
function executionPrefix(name: string): string {
  const room = EXECUTION_NAME_LENGTH - TIME_LENGTH;
  if (name.length <= room) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, room - HASH_LENGTH - 1)}-${hash}`;
}

function required<T>(map: ReadonlyMap<string, T>, operation: string): T {
  const value = map.get(operation);
  if (value === undefined) throw new Error(`The stack has no operation ${operation}`);
  return value;
}
