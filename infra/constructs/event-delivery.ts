import type { IRule, IRuleTarget, RuleTargetConfig } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { type LoggedStateMachine, mayStart } from './logged-state-machine.ts';

interface EventDeliveryProps {
  /** What the events start. */
  readonly machine: LoggedStateMachine;
  readonly roleId: string;
  readonly queueId: string;
  /** What a message in the queue means. */
  readonly meaning: string;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** What a machine is told in the place of the event: `<name>` stands for the part of the event that `name` leads to. */
interface Told {
  readonly inputTemplate: string;
  readonly inputPathsMap: Record<string, string>;
}

/** How events start a machine: by a role of their own, and what cannot be delivered is kept. */
export class EventDelivery {
  readonly #arn: string;
  readonly #role: Role;
  readonly #undelivered: DeadLetterQueue;

  constructor(scope: Construct, { machine, roleId, queueId, ...queue }: EventDeliveryProps) {
    const events = new ServicePrincipal('events.amazonaws.com');
    this.#arn = machine.stateMachineArn;
    this.#undelivered = new DeadLetterQueue(scope, queueId, queue);
    this.#role = new Role(scope, roleId, { assumedBy: events });
    this.#role.addToPolicy(mayStart([machine]));
  }

  /** @defaultValue the machine is told the whole event */
  target(told?: Told): IRuleTarget {
    const config: RuleTargetConfig = {
      arn: this.#arn,
      role: this.#role,
      deadLetterConfig: { arn: this.#undelivered.queueArn },
      ...(told === undefined ? {} : { input: { bind: () => told, ...told } }),
    };
    return { bind: () => config };
  }

  /** Once for all rules that have it as a target. */
  allow(rules: readonly IRule[]): void {
    const [only, ...others] = rules.map(({ ruleArn }) => ruleArn);
    this.#undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.#undelivered.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': others.length === 0 ? only : [only, ...others] } },
      }),
    );
  }
}
