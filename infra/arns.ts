import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The secrets of all targets: a target is added by creating one under the prefix, so they cannot be named one by one. */
export function secretsArn(scope: Construct, secretPrefix: string): string {
  return Stack.of(scope).formatArn({ service: 'secretsmanager', resource: `secret:${secretPrefix}*` });
}

/** A state machine by its name, for those that it refers to itself. */
export function stateMachineArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
