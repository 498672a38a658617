import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Refuses a place where the names of what is deployed would not be known, or not be its own.
 * @throws Error saying where to put it
 */
export function checkPlace(construct: Construct): void {
  const stack = Stack.of(construct);
  if (Token.isUnresolved(stack.stackName)) {
    throw new Error(
      'CacheOps needs a stack whose name is known: put it into a stack of its own, not into a nested one',
    );
  }
  const others = stack.node.findAll().filter((other) => other.constructor === construct.constructor);
  if (others.length > 1) {
    throw new Error(
      `${stack.stackName} has a CacheOps already: put the other one into a stack of its own, with another name`,
    );
  }
}
