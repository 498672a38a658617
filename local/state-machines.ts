import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { StateMachine } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { type Clock, realClock } from './clock.ts';
import { CloudFront } from './cloud-front.ts';
import { Execution } from './execution.ts';
import { type MachineDefinition, readDefinition } from './machine-definition.ts';
import { ServiceError } from './service-error.ts';
import { type Json, type PlayOptions, playStates } from './state-player.ts';
import { NULL_INPUT, runTask, type TaskServices } from './task-resources.ts';
import type { StateMachineResource } from './template.ts';

const INPUT_LIMIT_BYTES = 262_144;
const NAME_LIMIT_CHARACTERS = 80;
/** "Names" in the Step Functions API reference, StartExecution. */
const REFUSED_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** The request of StartExecution. */
export const startExecutionSchema = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().default('{}'),
});

export type StartExecution = z.input<typeof startExecutionSchema>;

interface Machine {
  name: string;
  definition: MachineDefinition;
  interpreter: StateMachine;
}

/** What was made of a definition, for every platform that runs it. */
const machines = new WeakMap<object, Machine>();

interface Options extends Pick<TaskServices, 'invoke' | 'database' | 'send'>, Pick<PlayOptions, 'pauseMs' | 'onState'> {
  /** @defaultValue the time of this machine */
  clock?: Clock | undefined;
  onStart?: ((execution: Execution) => void) | undefined;
  /** Puts something in front of what tasks use. */
  around?: ((services: TaskServices, execution: Execution) => TaskServices) | undefined;
  /** Told of every end, in which it has part: what it starts runs before anybody else hears of the end. */
  onEnd?: ((execution: Execution) => Promise<void> | void) | undefined;
}

/** Runs the template's state machines. */
export class StateMachines {
  readonly executions: Execution[] = [];
  readonly cloudFront: CloudFront;
  readonly #started = new EventEmitter();
  readonly #machines = new Map<string, Machine>();
  readonly #options: Options;
  readonly #clock: Clock;
  #refusesStarts = false;

  constructor(resources: StateMachineResource[], options: Options) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.cloudFront = new CloudFront(this.#clock);
    for (const resource of resources) this.update(resource);
  }

  /**
   * StartExecution: the same name and input give the running execution again. Where a parent is given it waits for it.
   * @throws {ServiceError} what the service would refuse
   */
  start(request: StartExecution, parent?: Execution): Execution {
    if (this.#refusesStarts && !parent) throw new ServiceError('ServiceUnavailable', 'Nothing is started any more');
    return this.#start(request, { parent });
  }

  /** The same for what a rule starts because an execution has ended; never refused. */
  startFollowUp(request: StartExecution): Execution {
    return this.#start(request, { isFollowUp: true });
  }

  /** The same for what a rule starts because of an event of ours; undefined where nothing is started any more. */
  startOfEvent(request: StartExecution): Execution | undefined {
    return this.#refusesStarts ? undefined : this.#start(request, { isOfEvent: true });
  }

  /** From now on only what runs goes on, and what follows from it. */
  refuseStarts(): void {
    this.#refusesStarts = true;
  }

  #start(request: StartExecution, origin: Partial<Pick<Execution, 'parent' | 'isFollowUp' | 'isOfEvent'>>): Execution {
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

    const startedAt = this.#clock.now();
    const { parent, isFollowUp = false, isOfEvent = false } = origin;
    const identity = { arn, name, machineArn: stateMachineArn, machine: machine.name, input, startedAt };
    const execution = new Execution({ ...identity, parent, isFollowUp, isOfEvent });
    this.executions.push(execution);
    this.#options.onStart?.(execution);
    this.#run(execution, machine.interpreter, machine.definition, parsedInput ?? NULL_INPUT);
    this.#started.emit('started');
    return execution;
  }

  /** UpdateStateMachine: executions that are at work go on with the definition that they began with. */
  update(resource: StateMachineResource): void {
    this.#machines.set(resource.arn, machineOf(resource));
  }

  /** Waits for the execution of this number, counted from 0 in the order of their starts. */
  async nth(index: number, signal: AbortSignal): Promise<Execution> {
    for (;;) {
      const execution = this.executions[index];
      if (execution) return execution;
      await once(this.#started, 'started', { signal });
    }
  }

  /** Waits until nothing runs, what is started meanwhile included. */
  async idle(): Promise<void> {
    const running = this.executions.filter(({ status }) => status === 'RUNNING');
    await Promise.all(running.map(({ ended }) => ended));
    if (running.length > 0) await this.idle();
  }

  async close(): Promise<void> {
    for (const execution of this.executions) execution.abort();
    await this.idle();
  }

  #run(execution: Execution, interpreter: StateMachine, definition: MachineDefinition, input: Json): void {
    const { arn, name, machineArn, machine, startedAt } = execution;
    const release = this.#clock.hold();
    const stopTimer = this.#startTimer(execution, definition);
    const run = interpreter.run(input, {
      overrides: this.#overrides(execution, definition),
      context: {
        Execution: { Id: arn, Name: name, StartedAt: contextTime(startedAt) },
        State: stateContext(execution),
        StateMachine: { Id: machineArn, Name: machine },
      },
    });
    void execution
      .follow(
        run,
        (state) => definition.states.get(state)?.type === 'Fail',
        async () => {
          execution.stoppedAt = this.#clock.now();
          stopTimer();
          await this.#options.onEnd?.(execution);
        },
      )
      // A function goes on when its execution is stopped.
      .then(() => execution.task)
      .finally(release);
  }

  #overrides(execution: Execution, definition: MachineDefinition) {
    const { invoke, database, send, pauseMs, onState, around } = this.#options;
    const start = this.start.bind(this);
    const own: TaskServices = { clock: this.#clock, invoke, database, send, start, cloudFront: this.cloudFront };
    const services = around?.(own, execution) ?? own;
    return {
      taskResourceLocalHandlers: playStates(definition, execution, {
        clock: this.#clock,
        runTask: (resource, parameters, whose) => runTask(resource, parameters, whose, services),
        pauseMs,
        onState,
      }),
      retryIntervalOverrides: Object.fromEntries([...definition.states.keys()].map((state) => [state, 0])),
    };
  }

  #startTimer(execution: Execution, { timeoutSeconds }: MachineDefinition): () => void {
    if (timeoutSeconds === undefined) return () => undefined;
    const cancel = new AbortController();
    const release = this.#clock.hold();
    const timedOut = this.#clock.sleep(timeoutSeconds, cancel.signal).then(() => execution.timeOut());
    void timedOut.catch(() => undefined).finally(release);
    return () => cancel.abort();
  }
}

function machineOf({ name, definition }: StateMachineResource): Machine {
  const known = machines.get(Object(definition));
  if (known) return known;
  const read = readDefinition(definition);
  // To validate a definition takes longer than most executions here: the tests of the stack do it once for each.
  const interpreter = new StateMachine(read.runnable, { validationOptions: { noValidate: true } });
  const machine = { name, definition: read, interpreter };
  machines.set(Object(definition), machine);
  return machine;
}

/** Read anew by each path, because one context object serves the whole run. */
function stateContext(execution: Execution): { Name: string; EnteredTime: string } {
  return {
    get Name() {
      return execution.state.name;
    },
    get EnteredTime() {
      return contextTime(execution.state.enteredAt);
    },
  };
}

/** Step Functions leaves the fraction out where there is none. */
function contextTime(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > NAME_LIMIT_CHARACTERS || REFUSED_IN_NAMES.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

function parseInput(input: string): Json {
  if (Buffer.byteLength(input) > INPUT_LIMIT_BYTES) {
    throw new ServiceError('InvalidExecutionInput', 'Invalid State Machine Execution Input: over 256 KiB');
  }
  try {
    return JSON.parse(input);
  } catch (error) {
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: ${String(error)}`);
  }
}
