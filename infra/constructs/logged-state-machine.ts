import { Aws, Fn, Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { stateMachineArn } from '../arns.ts';
import { type EncryptionKey, MACHINE_LOGS } from './encryption-key.ts';
import { KeptLogGroup } from './kept-log-group.ts';

interface LoggedStateMachineProps {
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
  /** By its name, for policies of what it refers to itself. */
  readonly fixedArn: string;

  constructor(scope: Construct, id: string, props: LoggedStateMachineProps) {
    const { name, definition, permissions, encryptionKey } = props;
    super(scope, id, {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(scope).toJsonString(definition)),
      logs: {
        destination: new KeptLogGroup(scope, `${id}Logs`, { encryptionKey, logGroupName: logName(scope, name) }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
      tracingEnabled: true,
    });
    this.fixedArn = stateMachineArn(scope, name);
    for (const permission of permissions) this.addToRolePolicy(permission);
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions of log delivery (logs:*LogDelivery, logs:*ResourcePolicies, logs:DescribeLogGroups) and of X-Ray take no resource.',
    });
  }
}

/**
 * With the id of the stack, because a log outlives its stack: the next one of the same name needs another log. The prefix
 * keeps the account's policy for log delivery, which holds 5,120 characters, from naming each log.
 */
function logName(scope: Construct, machine: string): string {
  const stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `${MACHINE_LOGS}${Stack.of(scope).stackName}-${machine}-${stackId}`;
}
