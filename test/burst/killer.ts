import { AsyncLocalStorage } from 'node:async_hooks';
import * as z from 'zod';
import type { AwsAnswer } from '../../local/aws-endpoint.ts';
import type { Execution } from '../../local/execution.ts';
import type { FunctionOutcome } from '../../local/function-process.ts';
import type { TaskServices } from '../../local/task-resources.ts';
import type { JobPlatform, Troubles } from '../support/job-platform.ts';

/**
 * What can be killed: the sandbox of a function, one execution, or an execution with all that wait for it. `moment`: before
 * the step, or when it is done and nobody has heard of it.
 */
export interface KillPoint {
  what: 'function' | 'execution' | 'whole run';
  place: string;
  moment: 'before' | 'after';
}

/** Tells whether to kill there. `invocation`: the number of the call of a function. */
export type IsKilled = (point: KillPoint, invocation: number) => boolean;

/** One invocation. What it has set off goes on in its context when it has ended. */
interface Invocation {
  id: number;
  place: string;
  isLost: boolean;
  hasEnded: boolean;
  lose: (outcome: FunctionOutcome) => void;
}

/** As Lambda tells that a function has not come to its end. */
const LOST: FunctionOutcome = {
  error: { errorType: 'Runtime.ExitError', errorMessage: 'the sandbox was killed', trace: [] },
  log: [],
};
/** The machines that the path is made of: those that clean up after a kill are its answer. */
const NOT_KILLED = /^cancel-run/;

const keySchema = z.object({ operation: z.object({ S: z.string() }) });
const requestSchema = z.looseObject({
  Key: keySchema.optional(),
  ExpressionAttributeValues: z.record(z.string(), z.looseObject({ S: z.string().optional() })).optional(),
});

/** Kills functions and executions where it is told to, and notes every place where it could. */
export class Killer implements Pick<Troubles, 'around' | 'call'> {
  readonly points = new Map<string, KillPoint>();
  kills = 0;
  readonly #isKilled: IsKilled;
  #invocations = 0;
  /** Where the runs for new rasters stand. */
  readonly #stages = new WeakMap<Execution, string>();
  readonly #at = new AsyncLocalStorage<Invocation>();

  constructor(isKilled: IsKilled) {
    this.#isKilled = isKilled;
  }

  readonly around = (services: TaskServices, execution: Execution): TaskServices => ({
    ...services,
    invoke: (name, payload) => {
      const [, stage] = /"stage":"(\w+)"/.exec(payload) ?? [];
      if (stage !== undefined)
        this.#stages.set(execution, payload.includes('"answer":') ? `${stage}, answered` : stage);
      const [, question] = (execution.state.name === 'Ask' && /"ask":"(\w+)"/.exec(payload)) || [];
      return this.invoke(placeOf(execution, question ?? this.#stages.get(execution)), () =>
        services.invoke(name, payload),
      );
    },
  });

  /** One invocation. What is killed gets no answer from AWS any more, and its own is not heard. */
  async invoke(place: string, work: () => Promise<FunctionOutcome>): Promise<FunctionOutcome> {
    if (NOT_KILLED.test(place)) return await work();
    this.#invocations += 1;
    const id = this.#invocations;
    if (this.#meets({ what: 'function', place, moment: 'before' }, id)) return LOST;
    const { promise: lost, resolve: lose } = Promise.withResolvers<FunctionOutcome>();
    const invocation = { id, place, isLost: false, hasEnded: false, lose };
    const outcome = await Promise.race([lost, this.#at.run(invocation, work)]);
    if (invocation.isLost) return outcome;
    invocation.hasEnded = true;
    return this.#meets({ what: 'function', place, moment: 'after' }, id) ? LOST : outcome;
  }

  readonly call = async (target: string, next: () => Promise<AwsAnswer>, body: string): Promise<AwsAnswer> => {
    const at = this.#at.getStore();
    if (at === undefined || at.hasEnded) return await next();
    const place = `${at.place}, ${target.split('.').at(-1)}${partitionIn(body)}`;
    this.#dieAt(at, { what: 'function', place, moment: 'before' });
    const answer = await next();
    this.#dieAt(at, { what: 'function', place, moment: 'after' });
    return answer;
  };

  /** Stops executions of this platform too. */
  watch({ onState }: JobPlatform): void {
    onState(({ execution, moment }) => {
      const place = placeOf(execution, this.#stages.get(execution));
      const root = rootOf(execution);
      if (NOT_KILLED.test(root.machine)) return;
      if (this.#meets({ what: 'execution', place, moment })) execution.abort();
      else if (root !== execution && this.#meets({ what: 'whole run', place, moment })) root.abort();
    });
  }

  #dieAt(at: Invocation, point: KillPoint): void {
    if (!at.isLost && this.#meets(point, at.id)) {
      at.isLost = true;
      at.lose(LOST);
    }
    if (at.isLost) throw Object.assign(new Error('the sandbox was killed'), { name: 'SandboxKilled' });
  }

  #meets(point: KillPoint, invocation = 0): boolean {
    this.points.set(titleOf(point), point);
    const isKilled = this.#isKilled(point, invocation);
    if (isKilled) this.kills += 1;
    return isKilled;
  }
}

export function titleOf({ what, place, moment }: KillPoint): string {
  return `${what} ${moment} ${place}`;
}

function placeOf(execution: Execution, where = operationOf(execution)): string {
  const { machine, state } = execution;
  return `${machine}: ${state.name}${where === undefined ? '' : ` (${where})`}`;
}

/** Whose work a shared machine does. */
function operationOf({ parent }: Execution): string | undefined {
  if (parent?.parent === undefined) return undefined;
  return operationOf(parent) ?? parent.machine;
}

function rootOf(execution: Execution): Execution {
  return execution.parent === undefined ? execution : rootOf(execution.parent);
}

/** Which part of the ledger a call is about, without the name of its run. */
function partitionIn(body: string): string {
  const { Key, ExpressionAttributeValues: values = {} } = requestSchema.catch({}).parse(JSON.parse(body));
  const [, inBatch] = /"operation":\{"S":"([^"]+)"/.exec(body) ?? [];
  const partition = Key?.operation.S ?? values[':partition']?.S ?? inBatch;
  const [, change = ''] = /"(Put|Delete)Request"/.exec(body) ?? [];
  return partition === undefined ? '' : ` ${change}${change && ' '}of ${partition}`;
}
