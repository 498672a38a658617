import { ArnFormat, Aws, Fn, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  DefinitionBody,
  type IStateMachine,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { executionsArn, shownArn, stateMachineArn } from '../arns.ts';
import { ownName } from '../names.ts';
import { type EncryptionKey, MACHINE_LOGS } from './encryption-key.ts';
import { KeptLogGroup } from './kept-log-group.ts';

interface LoggedStateMachineProps {
  /** What stands after the stack's own name, where it has one. */
  readonly name: string;
  /** In the Amazon States Language; may hold tokens. */
  readonly definition: object;
  /** What its tasks need. */
  readonly permissions: readonly PolicyStatement[];
  /** Of its log. */
  readonly encryptionKey: EncryptionKey;
}

/** A Standard state machine with a fixed name, a complete log and tracing. */
export class LoggedStateMachine extends StateMachine {
  readonly #name: string;

  constructor(scope: Construct, id: string, props: LoggedStateMachineProps) {
    const { name, definition, permissions, encryptionKey } = props;
    super(scope, id, {
      stateMachineName: ownName(scope, name),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(scope).toJsonString(definition)),
      logs: {
        destination: new KeptLogGroup(scope, `${id}Logs`, { encryptionKey, logGroupName: logName(scope, name) }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
      tracingEnabled: true,
    });
    this.#name = name;
    for (const permission of permissions) this.addToRolePolicy(permission);
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions of log delivery (logs:*LogDelivery, logs:*ResourcePolicies, logs:DescribeLogGroups) and of X-Ray take no resource.',
    });
  }

  /** Lets it run others to their end: "Permissions for running another execution to its end", Step Functions developer guide. */
  allowRunning(machines: readonly LoggedStateMachine[]): void {
    this.addToRolePolicy(mayStart(machines));
    this.#allowFollowing(machines.map((machine) => machine.#name));
  }

  /** The same of machines of the stack that refer to this one. */
  allowRunningByName(names: readonly string[]): void {
    const resources = names.map((name) => stateMachineArn(this, name));
    this.addToRolePolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources }));
    this.#allowFollowing(names);
  }

  #allowFollowing(names: readonly string[]): void {
    const rule = Stack.of(this).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: names.map((name) => executionsArn(stateMachineArn(this, name))),
      }),
    );
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [rule],
      }),
    );
    for (const name of names) {
      Validations.of(this.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${shownArn(this, 'states')}:execution:${ownName(this, name)}:*]`,
        reason: 'It follows and stops the executions of its own that it has just started.',
      });
    }
  }
}

export function mayStart(machines: readonly IStateMachine[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['states:StartExecution'],
    resources: machines.map(({ stateMachineArn: arn }) => arn),
  });
}

/**
 * With the id of the stack, because a log outlives its stack: the next one of the same name needs another log. The prefix
 * keeps the account's policy for log delivery, which holds 5,120 characters, from naming each log.
 */
function logName(scope: Construct, machine: string): string {
  const stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `${MACHINE_LOGS}${Stack.of(scope).stackName}-${machine}-${stackId}`;
}
