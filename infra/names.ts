import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { STACK } from './stack-name.ts';

/** A name that is fixed: the `name` of the settings stands before it, so that no two stacks share one. */
export function ownName(scope: Construct, name: string): string {
  const [, own] = Stack.of(scope).stackName.split(`${STACK}-`);
  return own === undefined ? name : `${own}-${name}`;
}
