import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { OperationOutcome } from '../../local/operation-outcome.ts';
import { messageOf } from '../../shared/ledger/message-of.ts';
import { awsCall } from './aws-call.ts';

/** Looked at as often at first, and less often the longer it runs. */
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
const GROWTH = 1.2;

/** The executions of a deployed stack. */
export class Executions {
  readonly #client = new SFNClient({});

  /** Gives the ARN of the execution. */
  async start(stateMachineArn: string, input: unknown): Promise<string> {
    const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    const { executionArn = '' } = await awsCall('start the run', this.#client.send(start));
    return executionArn;
  }

  async stop(executionArn: string): Promise<void> {
    const stop = new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'Stopped by the command stop.' });
    await awsCall('stop the run', this.#client.send(stop));
  }

  /** Waits for the end of an execution, telling each look at it; undefined where that is interrupted. */
  async ended(
    executionArn: string,
    { onLook, interrupted }: { onLook?: () => Promise<void>; interrupted: AbortSignal },
  ): Promise<DescribeExecutionOutput | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, MAX_PAUSE_MS)) {
      const describe = new DescribeExecutionCommand({ executionArn });
      const execution = await awsCall('look at the run', this.#client.send(describe));
      if (execution.status !== 'RUNNING') return execution;
      await onLook?.();
      await sleep(pauseMs, undefined, { signal: interrupted }).catch(() => undefined);
      if (interrupted.aborted) return undefined;
    }
  }
}

/** How an execution ended that was not stopped. */
export function outcomeOf({ status, output = 'null', error, cause }: DescribeExecutionOutput): OperationOutcome {
  if (status === 'SUCCEEDED') return { result: JSON.parse(output) };
  const errorMessage = messageOf(cause) || `The execution ended as ${status}`;
  return { error: { errorType: error ?? status ?? '', errorMessage } };
}
