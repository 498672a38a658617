import { Stack } from 'aws-cdk-lib';
import { CfnRule, Rule } from 'aws-cdk-lib/aws-events';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { EVENT_NAME } from '../../shared/jobs/started-by.ts';
import { startEventRun } from '../machines/start-event-run/start-event-run.ts';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { EventDelivery } from './event-delivery.ts';
import { LoggedStateMachine, mayStart } from './logged-state-machine.ts';

interface EventStartsProps {
  readonly events: Settings['events'];
  /** The state machine of every operation. */
  readonly stateMachines: ReadonlyMap<string, IStateMachine>;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** Operations that the events of other systems start. */
export class EventStarts extends Construct {
  constructor(scope: Construct, id: string, { events, stateMachines, encryptionKey, alarms }: EventStartsProps) {
    super(scope, id);
    const machineOf = (operation: string): IStateMachine => {
      const machine = stateMachines.get(operation);
      if (machine === undefined) throw new Error(`The stack has no operation ${operation}`);
      return machine;
    };
    const operations = [...new Set(events.map(({ operation }) => operation))];
    const starter = new LoggedStateMachine(this, 'StartEventRun', {
      name: 'start-event-run',
      encryptionKey,
      definition: startEventRun({ partition: Stack.of(this).partition }),
      permissions: [mayStart(operations.map(machineOf))],
    });
    alarms.addForExecutions('StartEventRun', starter, 'An operation could not be started for an event.');
    const delivery = new EventDelivery(this, {
      machine: starter,
      roleId: 'Role',
      queueId: 'UndeliveredEvents',
      meaning: 'An event could not start its operation: the message holds the event.',
      encryptionKey,
      alarms,
    });
    const rules = events.map(({ name, pattern, operation, enabled, input }) => {
      const rule = new Rule(this, `Event-${name}`, { enabled, eventPattern: { source: ['replaced'] } });
      if (!(rule.node.defaultChild instanceof CfnRule)) throw new Error('A rule has no resource');
      rule.node.defaultChild.eventPattern = pattern;
      const told = nameByEvent({
        stateMachineArn: machineOf(operation).stateMachineArn,
        name: `${EVENT_NAME}${name}`,
        input,
      });
      rule.addTarget(delivery.target(told));
      return rule;
    });
    delivery.allow(rules);
  }
}

/** What the starter is told: nothing of the event but its id. What looks like a variable in the input is none. */
function nameByEvent({ stateMachineArn, name, input }: { stateMachineArn: string; name: string; input: object }) {
  const text = JSON.stringify(input).replaceAll('<', '\\u003c');
  const inputTemplate = `{"stateMachineArn":"${stateMachineArn}","name":"${name}-<id>","input":${text}}`;
  return { inputTemplate, inputPathsMap: { id: '$.id' } };
}
