import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { AwsUnavailableError, CacheOpsError, JobCancelledError, JobTimedOutError } from '../errors.ts';
import { BY_HAND_NAME } from '../jobs/started-by.ts';
import { messageOf } from '../ledger/message-of.ts';
import { consoleUrl } from './console-url.ts';
import { environment } from './environment.ts';
import { describeExecution, startNamed } from './executions.ts';
import type { Run } from './operation-handler.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 2_000;
/** Ten seconds before the function's own time-out, of which the deadline keeps five back. */
const EARLY_MS = 5_000;

interface StartedExecution {
  executionArn: string;
  consoleUrl: string;
}

/**
 * Hands an input over to the operation's state machine. A repeated invocation has the same request id, and so starts
 * nothing new.
 */
export async function startByHand(input: unknown, { requestId }: Run): Promise<StartedExecution> {
  const { STATE_MACHINE_ARN: machineArn } = environment('STATE_MACHINE_ARN');
  const executionArn = await awsCall('start the run', startNamed(machineArn, `${BY_HAND_NAME}${requestId}`, input));
  return { executionArn, consoleUrl: consoleUrl(executionArn) };
}

/**
 * The same, and waits for the end of the run: gives its result, or throws its error. A run that takes longer than this
 * function may goes on alone.
 */
export async function runByHand(input: unknown, run: Run): Promise<unknown> {
  const started = await startByHand(input, run);
  const waitUntil = run.deadline - EARLY_MS;
  for (let pauseMs = FIRST_PAUSE_MS; Date.now() + pauseMs < waitUntil; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    await sleep(pauseMs);
    const execution = await awsCall('look at the run', describeExecution(started.executionArn));
    if (execution !== undefined && execution.status !== 'RUNNING') return endOf(execution);
  }
  return { ...started, status: 'running' };
}

function endOf({ status, output, error, cause = '' }: DescribeExecutionOutput): unknown {
  if (status === 'SUCCEEDED') return JSON.parse(output ?? 'null');
  if (status === 'ABORTED') throw new JobCancelledError('The run was stopped. runs shows what became of it.');
  if (status === 'TIMED_OUT') throw new JobTimedOutError('The run took longer than a state machine may.');
  throw new RunError(error ?? 'AwsUnavailableError', messageOf(cause));
}

/** A run's own error, by its own name. */
class RunError extends CacheOpsError {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

async function awsCall<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new AwsUnavailableError(
      `Step Functions could not be asked to ${what}: ${reason}. Look whether a run was started (runs), then try again.`,
      { cause },
    );
  }
}
