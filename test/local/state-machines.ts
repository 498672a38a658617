import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type RunOptions, StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { Execution } from './execution.ts';
import type { FunctionOutcome } from './function-process.ts';
import { type MachineDefinition, readDefinition } from './machine-definition.ts';
import { ServiceError } from './service-error.ts';
import type { StateMachineResource } from './template.ts';

const PAYLOAD_LIMIT_BYTES = 262_144;
const NAME_LIMIT_CHARACTERS = 80;
/** "Names" in the Step Functions API reference, StartExecution. */
const REFUSED_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** Stands for an input of `null` inside the interpreter, whose paths find nothing in a real one. */
const NULL_INPUT = 'null as the input of an execution';

/** The request of StartExecution. */
export const startExecutionSchema = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().default('{}'),
});

type StartExecution = z.input<typeof startExecutionSchema>;
type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;
type TaskHandler = TaskHandlers[string];
type Json = Awaited<ReturnType<TaskHandler>>;

interface Machine {
  name: string;
  definition: MachineDefinition;
  /** Made at the first start: it validates the definition, which takes a while. */
  interpreter?: StateMachine;
}

interface Options {
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  /** How long every wait and every pause before a retry lasts; as the definition says when absent. */
  pauseMs?: number | undefined;
  onStart?: (execution: Execution) => void;
}

/** Runs the template's state machines. */
export class StateMachines {
  readonly executions: Execution[] = [];
  readonly #started = new EventEmitter();
  readonly #machines = new Map<string, Machine>();
  readonly #options: Options;

  constructor(resources: StateMachineResource[], options: Options) {
    this.#options = options;
    for (const resource of resources) {
      this.#machines.set(resource.arn, { name: resource.name, definition: readDefinition(resource.definition) });
    }
  }

  /**
   * StartExecution: the same name and input give the running execution again.
   * @throws {ServiceError} what the service would refuse
   */
  start(request: StartExecution): Execution {
    const { stateMachineArn, name = randomUUID(), input } = startExecutionSchema.parse(request);
    const machine = this.#machines.get(stateMachineArn);
    if (!machine) {
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
    }
    checkName(name);
    const parsedInput = parseInput(input);
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.executions.find((execution) => execution.arn === arn);
    if (known?.status === 'RUNNING' && known.input === input) return known;
    if (known) throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);

    machine.interpreter ??= new StateMachine(machine.definition.runnable);
    const run = machine.interpreter.run(parsedInput ?? NULL_INPUT, {
      overrides: this.#overrides(machine.definition),
      context: {
        Execution: { Id: arn, Name: name },
        StateMachine: { Id: stateMachineArn, Name: machine.name },
      },
    });
    const execution = new Execution({ arn, name, machineArn: stateMachineArn, input }, run);
    this.executions.push(execution);
    this.#options.onStart?.(execution);
    this.#started.emit('started');
    return execution;
  }

  /** Waits for the execution of this number, counted from 0 in the order of their starts. */
  async nth(index: number, signal: AbortSignal): Promise<Execution> {
    for (;;) {
      const execution = this.executions[index];
      if (execution) return execution;
      await once(this.#started, 'started', { signal });
    }
  }

  async close(): Promise<void> {
    for (const execution of this.executions) execution.abort();
    await Promise.all(this.executions.map(({ ended }) => ended));
  }

  #overrides({ tasks, waits }: MachineDefinition): NonNullable<RunOptions['overrides']> {
    const { pauseMs } = this.#options;
    const pauses = (states: Iterable<string>) =>
      pauseMs === undefined ? {} : Object.fromEntries([...states].map((state) => [state, pauseMs]));
    return {
      taskResourceLocalHandlers: Object.fromEntries(
        [...tasks].map(([state, resource]) => [state, this.#taskHandler(resource)]),
      ),
      waitTimeOverrides: pauses(waits),
      retryIntervalOverrides: pauses(tasks.keys()),
    };
  }

  #taskHandler(resource: string): TaskHandler {
    if (resource === 'arn:aws:states:::lambda:invoke') {
      return async (parameters) => {
        const { FunctionName, Payload } = z
          .object({ FunctionName: z.string(), Payload: z.unknown() })
          .parse(parameters);
        return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: await this.#invoke(FunctionName, Payload) };
      };
    }
    if (resource.startsWith('arn:aws:lambda:')) return (input) => this.#invoke(resource, input);
    if (resource === 'arn:aws:states:::states:startExecution') return (parameters) => this.#startFromTask(parameters);
    throw new Error(`The local platform does not run the task resource ${resource}`);
  }

  /** A function's error becomes the state's: its type the Error, all of it the Cause. */
  async #invoke(functionName: string, payload: unknown): Promise<Json> {
    const outcome = await this.#options.invoke(functionName, JSON.stringify(payload, restoreNull) ?? 'null');
    if ('error' in outcome) throw new ServiceError(outcome.error.errorType, JSON.stringify(outcome.error));
    if (Buffer.byteLength(outcome.payload) > PAYLOAD_LIMIT_BYTES) {
      throw new ServiceError('States.DataLimitExceeded', `The result of ${functionName} is over 256 KiB`);
    }
    return JSON.parse(outcome.payload);
  }

  async #startFromTask(parameters: unknown): Promise<Json> {
    const { StateMachineArn, Name, Input } = z
      .object({ StateMachineArn: z.string(), Name: z.string().optional(), Input: z.unknown() })
      .parse(parameters);
    const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
    try {
      const { arn, startedAt } = this.start({ stateMachineArn: StateMachineArn, name: Name, input });
      return { ExecutionArn: arn, StartDate: startedAt / 1000 };
    } catch (error) {
      if (error instanceof ServiceError) throw new ServiceError(`StepFunctions.${error.name}Exception`, error.message);
      throw error;
    }
  }
}

function restoreNull(_key: string, value: unknown): unknown {
  return value === NULL_INPUT ? null : value;
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > NAME_LIMIT_CHARACTERS || REFUSED_IN_NAMES.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

function parseInput(input: string): Json {
  if (Buffer.byteLength(input) > PAYLOAD_LIMIT_BYTES) {
    throw new ServiceError('InvalidExecutionInput', 'Invalid State Machine Execution Input: over 256 KiB');
  }
  try {
    return JSON.parse(input);
  } catch (error) {
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: ${String(error)}`);
  }
}
