import { machineOf, runName } from '../ledger/child-runs.ts';

/** By this key Step Functions links an execution to the one that has started it, in its console. */
const STARTED_BY_KEY = 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID';

/** The machines beside an operation's own that run operations as steps of their own work. */
const PARENTS = ['renew-from-rasters'];

/** The input without that key, and the run that has started this one as a part of its own work, as `<operation>/<name>`. */
export function withoutParent(given: unknown, operation: string, executionArn: string | undefined) {
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, STARTED_BY_KEY)) return { input: given };
  const { [STARTED_BY_KEY]: starter, ...input } = Object(given);
  if (typeof starter !== 'string') return { input };
  const machine = machineOf(starter);
  // What stands before the names of the stack's machines is no part of an operation's.
  const parent =
    machine === machineOf(executionArn ?? '')
      ? operation
      : PARENTS.find((each) => machine.endsWith(`:${each}`) || machine.endsWith(`-${each}`));
  return { input, parent: parent && runName({ operation: parent, name: starter.split(':').at(-1) ?? '' }) };
}
