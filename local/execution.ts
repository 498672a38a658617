import { ExecutionAbortedError, type StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { FunctionError } from './function-runner.ts';
import { checkPayloadSize } from './payload-size.ts';

/** The part of a watch that tells how far a vendor's job is. */
const watchSchema = z.object({
  status: z.enum(['running', 'progressed', 'handover']),
  polls: z.number(),
  jobStatus: z.string(),
  percent: z.number().optional(),
  /** What was noted in the ledger last. */
  told: z.object({ expectedEnd: z.string() }).optional(),
});

/** What changed in a running execution, or in one that it started and waits for. */
export interface ExecutionProgress {
  /** The name of the machine. */
  machine: string;
  state: string;
  watch?: z.output<typeof watchSchema>;
  /** The error of a state that failed just now; it may be tried again. */
  error?: string;
}

interface Identity {
  arn: string;
  name: string;
  machineArn: string;
  /** The name of the machine. */
  machine: string;
  input: string;
  startedAt: number;
  /** The execution that waits for the end of this one. */
  parent?: Execution | undefined;
  /** A rule started it because another one had ended. */
  isFollowUp: boolean;
  /** An event of ours started it: nobody waits for its end. */
  isOfEvent: boolean;
}

type Run = ReturnType<StateMachine['run']>;
type EndStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One execution of a state machine. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machine: string;
  readonly input: string;
  readonly startedAt: number;
  readonly parent: Execution | undefined;
  readonly isFollowUp: boolean;
  readonly isOfEvent: boolean;
  /** The states in the order in which they were entered. */
  readonly history: string[] = [];
  /** How many events the execution's history would have; the first is its start. */
  historyEvents = 1;
  status: 'RUNNING' | EndStatus = 'RUNNING';
  stoppedAt?: number;
  output?: unknown;
  error?: string;
  cause?: string;
  /** Resolves when the task that is at work is done, or was before. */
  task: Promise<unknown> = Promise.resolve();
  /** The state that it is in. */
  state = { name: '', enteredAt: 0 };
  /** Resolves when the execution has ended, however it ended, and its end was told. */
  readonly ended: Promise<void>;
  readonly #ending = Promise.withResolvers<void>();
  readonly #children = new Set<Execution>();
  readonly #stop = new AbortController();
  #stoppedAs: EndStatus = 'ABORTED';
  readonly #listeners: ((progress: ExecutionProgress) => void)[] = [];

  constructor(identity: Identity) {
    this.arn = identity.arn;
    this.name = identity.name;
    this.machineArn = identity.machineArn;
    this.machine = identity.machine;
    this.input = identity.input;
    this.startedAt = identity.startedAt;
    this.parent = identity.parent;
    this.isFollowUp = identity.isFollowUp;
    this.isOfEvent = identity.isOfEvent;
    if (this.parent) this.parent.#children.add(this);
    this.ended = this.#ending.promise;
  }

  /** Aborted when the execution is stopped. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  onProgress(listener: (progress: ExecutionProgress) => void): void {
    this.#listeners.push(listener);
  }

  /** Stops it, with everything that it has started and waits for. */
  abort(): void {
    this.#stopAs('ABORTED');
  }

  timeOut(): void {
    this.#stopAs('TIMED_OUT');
  }

  /** The interpreter has come to a state. */
  enter(name: string, enteredAt: number): void {
    this.state = { name, enteredAt };
    this.history.push(name);
    this.tell({});
  }

  /** Tells those who follow this execution or the one that waits for it; a task's result may be a watch. */
  tell({ result, error }: { result?: unknown; error?: string }): void {
    const watch = watchSchema.safeParse(result).data;
    const progress = { machine: this.machine, state: this.state.name };
    this.#pass({ ...progress, ...(watch && { watch }), ...(error !== undefined && { error }) });
  }

  /** Follows the interpreter to the end; `onEnd` is part of it. `isFail` tells whether a state is a Fail. */
  async follow(run: Run, isFail: (state: string) => boolean, onEnd: () => Promise<void> | void): Promise<void> {
    const stop = () => run.abort();
    if (this.signal.aborted) stop();
    this.signal.addEventListener('abort', stop);
    void drain(run.eventLogs);
    try {
      const output = await run.result;
      checkPayloadSize(JSON.stringify(output), `The output of "${this.state.name}"`);
      this.output = output;
      this.status = 'SUCCEEDED';
    } catch (error) {
      this.#fail(error);
      if (isFail(this.state.name)) this.#refuseReservedName();
    }
    this.historyEvents += 1;
    if (this.parent) this.parent.#children.delete(this);
    await onEnd();
    this.#ending.resolve();
  }

  /** The error that a caller sees: a function's own name and message where there is one. */
  failure(): FunctionError {
    const thrown = z.object({ errorMessage: z.string() }).safeParse(parseOrNothing(this.cause));
    return {
      errorType: this.error ?? this.status,
      errorMessage: thrown.success ? thrown.data.errorMessage : (this.cause ?? `The execution ended as ${this.status}`),
    };
  }

  #stopAs(status: EndStatus): void {
    if (this.status !== 'RUNNING' || this.signal.aborted) return;
    this.#stoppedAs = status;
    for (const child of this.#children) child.abort();
    this.#stop.abort();
  }

  #fail(error: unknown): void {
    if (error instanceof ExecutionAbortedError) {
      this.status = this.#stoppedAs;
      if (this.status === 'TIMED_OUT') this.error = 'States.Timeout';
      return;
    }
    this.status = 'FAILED';
    // The interpreter wraps the error of the state.
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    this.error = reason instanceof Error ? reason.name : 'States.Runtime';
    this.cause = reason instanceof Error ? reason.message : String(reason);
  }

  /** "Errors" in the Amazon States Language: a name of one's own must not begin so. */
  #refuseReservedName(): void {
    if (!this.error?.startsWith('States.')) return;
    this.cause = `The state "${this.state.name}" must not fail by the reserved name ${this.error}: ${this.cause}`;
    this.error = 'States.Runtime';
  }

  #pass(progress: ExecutionProgress): void {
    for (const listener of this.#listeners) listener(progress);
    if (this.parent) this.parent.#pass(progress);
  }
}

/** The interpreter keeps what nobody takes. */
async function drain(events: Run['eventLogs']): Promise<void> {
  for await (const _event of events);
}

function parseOrNothing(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
