import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ownName } from './names.ts';

/** The secrets of all targets: a target is added by creating one under the prefix, so they cannot be named one by one. */
export function secretsArn(scope: Construct, secretPrefix: string): string {
  return Stack.of(scope).formatArn({ service: 'secretsmanager', resource: `secret:${secretPrefix}*` });
}

/** A state machine of this stack by its name, where a reference would go round in a circle. */
export function stateMachineArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: ownName(scope, name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The executions of a state machine whose names begin so. */
export function executionsArn(machineArn: string, nameStart = ''): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${nameStart}*`;
}

/** The start of ARNs of this stack as the rules for secure stacks show it: what is known only at deployment is in angle brackets. */
export function shownArn(scope: Construct, service: string): string {
  const { partition, region, account } = Stack.of(scope);
  const shown = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  return `arn:${shown(partition, 'Partition')}:${service}:${shown(region, 'Region')}:${shown(account, 'AccountId')}`;
}
