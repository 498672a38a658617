import type { RunOptions } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { Clock } from './clock.ts';
import type { Execution } from './execution.ts';
import { entranceOf, type MachineDefinition, type PlayedState } from './machine-definition.ts';
import { checkPayloadSize, FINAL } from './payload-size.ts';
import { restoreNull } from './task-resources.ts';

export type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;
export type Json = Awaited<ReturnType<TaskHandlers[string]>>;

/** A test's place in an execution. */
export interface StateMoment {
  execution: Execution;
  machine: string;
  state: string;
  /** `after` only of a task: it is done, and nothing has been made of its result yet. */
  moment: 'before' | 'after';
}

/** How states are played. */
export interface PlayOptions {
  clock: Clock;
  /** How long every wait and every pause before a retry lasts; as the definition says when absent. */
  pauseMs?: number | undefined;
  runTask: (resource: string, parameters: unknown, execution: Execution) => Promise<Json>;
  /** Waited for before each state and after each task. */
  onState?: ((moment: StateMoment) => Promise<void> | void) | undefined;
}

const pauseSchema = z.union([z.object({ seconds: z.int().min(0) }), z.object({ until: z.iso.datetime() })]);

/** "Quotas for state machine executions": what each state adds to a history. */
const FRAME_EVENTS = 2;
const TASK_EVENTS = 3;
const SYNC_EVENTS = 1;

/** Gives the handlers that play the states of one execution. */
export function playStates({ states }: MachineDefinition, execution: Execution, options: PlayOptions): TaskHandlers {
  const player = new StatePlayer(execution, options);
  const handlers = [...states.values()].map((state): TaskHandlers => {
    const handler = (play: (parameters: unknown) => Promise<Json>) => (parameters: unknown) =>
      player.alongside(() => play(parameters));
    const entrance: TaskHandlers = { [entranceOf(state.name)]: handler((input) => player.enter(state, input)) };
    if (state.type === 'Task') return { ...entrance, [state.name]: handler((given) => player.perform(state, given)) };
    if (state.type === 'Wait') return { ...entrance, [state.name]: handler((given) => player.pause(given)) };
    return entrance;
  });
  return Object.assign({}, ...handlers);
}

class StatePlayer {
  readonly #execution: Execution;
  readonly #options: PlayOptions;
  /** The errors of each state since it was entered. */
  readonly #errors = new Map<string, string[]>();
  /** The execution holds the clock for one of the states that it is in; these for the others, of a Map. */
  readonly #holds: (() => void)[] = [];
  #atWork = 0;

  constructor(execution: Execution, options: PlayOptions) {
    this.#execution = execution;
    this.#options = options;
  }

  /** The iterations of a Map are at work at the same time: each state that sleeps gives away a hold of its own. */
  async alongside<T>(play: () => Promise<T>): Promise<T> {
    if (this.#atWork > 0) this.#holds.push(this.#options.clock.hold());
    this.#atWork += 1;
    try {
      return await play();
    } finally {
      this.#atWork -= 1;
      this.#holds.pop()?.();
    }
  }

  async enter(state: PlayedState, input: unknown): Promise<Json> {
    const before = this.#execution.state.name;
    checkPayloadSize(JSON.stringify(input, restoreNull), before === '' ? 'The input' : `The output of "${before}"`);
    this.#errors.set(state.name, []);
    this.#execution.enter(state.name, this.#options.clock.now());
    // A Fail state is not left: its other event is the end of the execution.
    this.#execution.historyEvents += state.type === 'Fail' ? 1 : FRAME_EVENTS;
    await this.#moment(state, 'before');
    return null;
  }

  async pause(parameters: unknown): Promise<Json> {
    const length = pauseSchema.parse(parameters);
    const now = this.#options.clock.now();
    await this.#sleep('seconds' in length ? length.seconds : Math.max(0, (Date.parse(length.until) - now) / 1000));
    return null;
  }

  /** Runs a task, again too: the interpreter is told to try again at once, and the pause before is made here. */
  async perform(state: PlayedState, parameters: unknown): Promise<Json> {
    const errors = this.#errors.get(state.name) ?? [];
    if (errors.length > 0) await this.#sleep(secondsBeforeRetry(state, errors));
    if (this.#execution.signal.aborted) throw stopped();
    checkPayloadSize(JSON.stringify(parameters, restoreNull), `What "${state.name}" gives to its task`);
    this.#execution.historyEvents += TASK_EVENTS + (/\.sync(?::\d)?$/.test(state.resource) ? SYNC_EVENTS : 0);
    const task = this.#options.runTask(state.resource, parameters, this.#execution);
    this.#execution.task = task.catch(() => undefined);
    const result = await task.catch(async (error: unknown) => {
      const name = error instanceof Error ? error.name : 'States.Runtime';
      errors.push(name);
      this.#execution.tell({ error: name });
      await this.#moment(state, 'after');
      throw error;
    });
    await this.#moment(state, 'after');
    return result;
  }

  async #sleep(seconds: number): Promise<void> {
    const { clock, pauseMs } = this.#options;
    try {
      await clock.sleep(pauseMs === undefined ? seconds : pauseMs / 1000, this.#execution.signal);
    } catch {
      throw stopped();
    }
  }

  async #moment({ name }: PlayedState, moment: StateMoment['moment']): Promise<void> {
    const execution = this.#execution;
    await this.#options.onState?.({ execution, machine: execution.machine, state: name, moment });
    if (execution.signal.aborted) throw stopped();
  }
}

/** The same as the interpreter reckons: each retrier counts the errors that it has taken. */
function secondsBeforeRetry({ retriers }: PlayedState, errors: string[]): number {
  const takerOf = (error: string) =>
    retriers.find(({ ErrorEquals }) =>
      ErrorEquals.some((name) => [error, 'States.ALL', 'States.TaskFailed'].includes(name)),
    );
  const taker = takerOf(errors.at(-1) ?? '');
  if (!taker) return 0;
  const taken = errors.filter((error) => takerOf(error) === taker).length;
  const seconds = taker.IntervalSeconds * taker.BackoffRate ** (taken - 1);
  return Math.min(seconds, taker.MaxDelaySeconds ?? seconds);
}

function stopped(): Error {
  return Object.assign(new Error('The execution was stopped'), FINAL);
}
