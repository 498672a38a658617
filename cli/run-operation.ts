import type { OperationOutcome } from '../local/operation-outcome.ts';
import { startPlatform } from '../local/platform.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { synthesize } from '../local/synth.ts';
import type { OperationCommand } from './command-line.ts';
import { followExecution } from './follow-execution.ts';
import type { Progress } from './progress.ts';

/** Runs one operation as it would be started by hand, every wait as long as on AWS. */
export async function runOperation(
  { operation, input, targets }: OperationCommand,
  progress: Progress,
  resources: AsyncDisposableStack,
): Promise<OperationOutcome> {
  const assemblyDirectory = await synthesize(progress);
  const platform = await startPlatform({
    assemblyDirectory,
    targets: targets ?? (await startedEmulators(resources)),
    onRun: (execution) => followExecution(execution, progress),
    onUnexpected: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());
  return platform.run(operation, input);
}

async function startedEmulators(resources: AsyncDisposableStack): Promise<Record<string, unknown>> {
  const emulators = await startEmulators();
  resources.defer(() => emulators.close());
  return emulators.targets;
}
