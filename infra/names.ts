import type { Construct } from 'constructs';

/** Says in the context of a construct what the `name` of the settings is. */
export const OWN_NAME = 'cache-ops:name';

/** A name that is fixed: the `name` of the settings stands before it, so that no two stacks share one. */
export function ownName(scope: Construct, name: string): string {
  const own: unknown = scope.node.getContext(OWN_NAME);
  return own === '' ? name : `${own}-${name}`;
}
