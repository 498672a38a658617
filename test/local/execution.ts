import { ExecutionAbortedError, ExecutionTimeoutError, type StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { FunctionError } from './function-runner.ts';

/** The part of a watch that tells how far a vendor's job is. */
const watchSchema = z.object({
  status: z.literal('running'),
  polls: z.number(),
  jobStatus: z.string(),
  percent: z.number().optional(),
});

/** What changed in a running execution. */
export interface ExecutionProgress {
  state: string;
  watch?: { polls: number; jobStatus: string; percent?: number | undefined };
  /** The error of a state that failed just now; it may be tried again. */
  error?: string;
}

type Run = ReturnType<StateMachine['run']>;

/** One execution of a state machine. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly input: string;
  readonly startedAt = Date.now();
  readonly history: string[] = [];
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' = 'RUNNING';
  output?: unknown;
  error?: string;
  cause?: string;
  readonly #run: Run;
  readonly #listeners: ((progress: ExecutionProgress) => void)[] = [];
  /** Resolves when the execution has ended, however it ended. */
  readonly ended: Promise<void>;

  constructor(identity: { arn: string; name: string; machineArn: string; input: string }, run: Run) {
    this.arn = identity.arn;
    this.name = identity.name;
    this.machineArn = identity.machineArn;
    this.input = identity.input;
    this.#run = run;
    this.ended = Promise.all([this.#settle(run.result), this.#follow(run.eventLogs)]).then(() => undefined);
  }

  onProgress(listener: (progress: ExecutionProgress) => void): void {
    this.#listeners.push(listener);
  }

  abort(): void {
    if (this.status === 'RUNNING') this.#run.abort();
  }

  /** The error that a caller sees: a function's own name and message where there is one. */
  failure(): FunctionError {
    const thrown = z.object({ errorMessage: z.string() }).safeParse(parseOrNothing(this.cause));
    return {
      errorType: this.error ?? this.status,
      errorMessage: thrown.success ? thrown.data.errorMessage : (this.cause ?? `The execution ended as ${this.status}`),
    };
  }

  async #settle(result: Run['result']): Promise<void> {
    try {
      this.output = await result;
      this.status = 'SUCCEEDED';
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof ExecutionAbortedError) {
      this.status = 'ABORTED';
    } else if (error instanceof ExecutionTimeoutError) {
      this.status = 'TIMED_OUT';
      this.error = 'States.Timeout';
    } else {
      this.status = 'FAILED';
      // The interpreter wraps the error of the state.
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      this.error = reason instanceof Error ? reason.name : 'States.Runtime';
      this.cause = reason instanceof Error ? reason.message : String(reason);
    }
  }

  async #follow(events: Run['eventLogs']): Promise<void> {
    for await (const event of events) {
      if (event.type === 'StateEntered') {
        this.history.push(event.state.name);
        this.#tell({ state: event.state.name });
      } else if (event.type === 'StateFailed') {
        this.#tell({ state: event.state.name, error: event.Error });
      } else if (event.type === 'StateExited' && event.state.type === 'Task') {
        const watch = watchSchema.safeParse(event.state.output);
        if (watch.success) this.#tell({ state: event.state.name, watch: watch.data });
      }
    }
  }

  #tell(progress: ExecutionProgress): void {
    for (const listener of this.#listeners) listener(progress);
  }
}

function parseOrNothing(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
