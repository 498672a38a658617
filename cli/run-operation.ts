import type { OperationOutcome } from '../local/operation-outcome.ts';
import { PauseFiles } from '../local/pause-files.ts';
import { startPlatform } from '../local/platform.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { synthesize } from '../local/synth.ts';
import { nearest } from '../shared/near-words.ts';
import type { OperationCommand } from './command-line.ts';
import { followExecution } from './follow-execution.ts';
import type { Progress } from './progress.ts';

/** What a command is given besides its arguments. */
export interface Surroundings {
  progress: Progress;
  /** What is to be closed at the end, or at Ctrl-C. */
  resources: AsyncDisposableStack;
  /** Aborted by Ctrl-C: nothing more is started. */
  interrupted: AbortSignal;
}

/** Runs one operation as it would be started by hand, every wait as long as on AWS. */
export async function runOperation(command: OperationCommand, surroundings: Surroundings): Promise<OperationOutcome> {
  const { operation, input, secrets } = command;
  const { progress, resources, interrupted } = surroundings;
  const assemblyDirectory = await synthesize(progress);
  interrupted.throwIfAborted();
  const targets = secrets?.targets ?? (await startedEmulators(resources));
  const platform = await startPlatform({
    assemblyDirectory,
    targets,
    pauses: await new PauseFiles().read(),
    onRun: (execution, settled) => followExecution(execution, settled, progress),
    onUnexpected: (text) => progress.note(text),
    onWarning: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());
  interrupted.throwIfAborted();
  return withTargets(await platform.run(operation, input), input, Object.keys(targets), secrets?.file);
}

/** The servers in miniature, for who names no others. */
export async function startedEmulators(resources: AsyncDisposableStack): Promise<Record<string, unknown>> {
  const emulators = await startEmulators();
  resources.defer(() => emulators.close());
  return emulators.targets;
}

/** On this machine there is no Secrets Manager to look into: what there is instead is named. */
function withTargets(outcome: OperationOutcome, input: unknown, targets: string[], file?: string): OperationOutcome {
  if ('result' in outcome || outcome.error.errorType !== 'UnknownTargetError') return outcome;
  const errorMessage = unknownTarget(String(Object(input).target), targets, file);
  return { error: { errorType: outcome.error.errorType, errorMessage } };
}

/** Where a target was looked for, and what there is. */
export function unknownTarget(target: string, targets: string[], file?: string): string {
  const near = nearest(target, targets);
  const place =
    file === undefined
      ? `Without --secrets the targets are ${targets.join(' and ')}, the servers in miniature`
      : `The file ${file} has ${targets.length === 0 ? 'no targets' : `the targets ${targets.join(', ')}`}`;
  return `${place}, and not "${target}".${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
