import type { OperationOutcome } from '../local/operation-outcome.ts';
import { ending } from '../local/operation-outcome.ts';
import { startPlatform } from '../local/platform.ts';
import { synthesize } from '../local/synth.ts';
import type { Surroundings } from './run-operation.ts';

/** What `pause` is asked for. */
export interface Pausing {
  target: string;
  until: string;
  reason: string;
  cancel?: boolean;
}

/** Starts the machine `pause-site`, as on AWS; the commands that follow on this machine keep to the pause. */
export async function pause(
  { target, until, reason, cancel = false }: Pausing,
  { progress, resources, interrupted }: Surroundings,
): Promise<OperationOutcome> {
  const assemblyDirectory = await synthesize(progress);
  interrupted.throwIfAborted();
  const platform = await startPlatform({
    assemblyDirectory,
    targets: {},
    onRun: () => undefined,
    onUnexpected: (text) => progress.note(text),
    onWarning: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());
  const machine = platform.template.stateMachines.find(({ name }) => name === 'pause-site');
  const input = JSON.stringify({ target, until, reason, ...(cancel && { cancel }) });
  return await ending(platform.stateMachines.start({ stateMachineArn: machine?.arn ?? '', input }));
}
