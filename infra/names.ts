import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const STACK = 'CacheOps';

/** What the stack is called. Several live side by side in one account and region, each with a name of its own. */
export function stackName(name: string | undefined): string {
  return name === undefined ? STACK : `${STACK}-${name}`;
}

/** A name that is fixed: the stack's own name stands before it, so that no two stacks share one. */
export function ownName(scope: Construct, name: string): string {
  const [, own] = Stack.of(scope).stackName.split(`${STACK}-`);
  return own === undefined ? name : `${own}-${name}`;
}
