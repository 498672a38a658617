import type { Execution } from './execution.ts';
import type { FunctionOutcome } from './function-process.ts';
import type { FunctionError } from './function-runner.ts';

/** How an operation ended. */
export type OperationOutcome = { result: unknown } | { error: FunctionError };

/** The end of a function that was invoked. */
export function returned(outcome: FunctionOutcome): OperationOutcome {
  return 'error' in outcome ? { error: outcome.error } : { result: JSON.parse(outcome.payload) };
}

/** Waits for the end of an execution. */
export async function ending(execution: Execution): Promise<OperationOutcome> {
  await execution.ended;
  return execution.status === 'SUCCEEDED' ? { result: execution.output } : { error: execution.failure() };
}

/** An error that was thrown on the way. */
export function asOutcome(thrown: unknown): OperationOutcome {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { error: { errorType: name, errorMessage: message } };
}
