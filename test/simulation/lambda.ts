import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionOutcome } from '../../local/function-process.ts';
import type { FunctionResource } from '../../local/template.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import { inProcessFunctions } from '../support/in-process-functions.ts';
import type { Faults } from './faults.ts';
import type { Plant } from './plants.ts';
import type { Random } from './random.ts';

/** One call of a function. */
export interface Invocation {
  functionArn: string;
  payload: string;
  calls: number;
  /** Breaks off instead of making the call of this number. */
  crashAt: number;
  deadline: number;
  broken: PromiseWithResolvers<FunctionOutcome>;
}

const NEVER = new Promise<never>(() => undefined);
/** "Errors" of the Lambda API reference, Invoke, and those that Step Functions' guide names. */
const BEFORE = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.ResourceNotReadyException',
  'Lambda.EC2ThrottledException',
  'Lambda.KMSAccessDeniedException',
] as const;
const AFTER = ['Lambda.ServiceException', 'Lambda.SdkClientException', 'Lambda.Unknown', 'States.Timeout'] as const;
const CRASHES = ['Runtime.ExitError', 'Lambda.Unknown', 'OutOfMemory'] as const;

const storage = new AsyncLocalStorage<Invocation>();

/** The call of a function that is at work, seen from inside. */
export function invocation(): Invocation | undefined {
  return storage.getStore();
}

interface Options {
  resources: FunctionResource[];
  clock: VirtualClock;
  faults: Faults;
  /** How long things take. */
  pace: Random;
  plant: Plant | undefined;
  onOutcome: (invocation: Invocation, outcome: FunctionOutcome) => void;
}

/** The functions of the template, in this process, and what Lambda does to them. */
export class Lambda {
  readonly #options: Options;
  readonly #run: (name: string, payload: string) => Promise<FunctionOutcome>;

  constructor(options: Options) {
    this.#options = options;
    this.#run = inProcessFunctions(options.resources, new Set(), (seconds) => options.clock.sleep(seconds));
  }

  readonly invoke = async (nameOrArn: string, payload: string): Promise<FunctionOutcome> => {
    const { clock, faults, pace, resources, onOutcome } = this.#options;
    const resource = resources.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    await clock.sleep(pace.between(0.005, pace.chance(0.1) ? 2 : 0.1));
    if (faults.happens('lambdaBefore')) return failure(faults.random('lambdaBefore').pick(BEFORE));
    const isToCrash = faults.happens('crash');
    const one: Invocation = {
      functionArn: resource?.arn ?? nameOrArn,
      payload,
      calls: 0,
      crashAt: isToCrash ? faults.random('crash').whole(1, 6) : Number.POSITIVE_INFINITY,
      deadline: clock.now() + (resource?.Timeout ?? 3) * 1000,
      broken: Promise.withResolvers(),
    };
    const running = storage.run(one, () => this.#planted(resource?.name ?? nameOrArn, payload));
    const outcome = await Promise.race([running, one.broken.promise]);
    onOutcome(one, outcome);
    await clock.sleep(pace.between(0.005, 0.05));
    const after = payload.startsWith('{"submit"') ? 'lostSubmitCall' : 'lambdaAfter';
    if (faults.happens(after)) return failure(faults.random(after).pick(AFTER));
    return outcome;
  };

  async #planted(name: string, payload: string): Promise<FunctionOutcome> {
    const { told, answered } = this.#options.plant ?? {};
    if (answered !== undefined && name.startsWith(answered.functionName)) {
      const answer = answered.answer(JSON.parse(payload));
      if (answer !== undefined) return { payload: JSON.stringify(answer) };
    }
    const isTold = told !== undefined && name.startsWith(told.functionName);
    return await this.#run(name, isTold ? JSON.stringify(told.event(JSON.parse(payload))) : payload);
  }

  /** Stands before each call that a function makes: it takes its time, and the function may not live to make it. */
  readonly gate = async (one: Invocation | undefined): Promise<void> => {
    const { clock, faults, pace } = this.#options;
    if (one === undefined) return;
    one.calls += 1;
    if (one.calls >= one.crashAt) one.broken.resolve(failure(faults.random('crash').pick(CRASHES)));
    else if (clock.now() >= one.deadline) one.broken.resolve(failure('Sandbox.Timedout'));
    else {
      await clock.sleep(pace.between(0.005, 0.08));
      return;
    }
    await NEVER;
  };
}

function failure(errorType: string): FunctionOutcome {
  return { error: { errorType, errorMessage: `simulated: ${errorType}`, trace: [] }, log: [] };
}
