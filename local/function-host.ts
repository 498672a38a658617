import { type FunctionOutcome, FunctionProcess } from './function-process.ts';
import { LOCAL_REGION } from './intrinsics.ts';
import type { FunctionResource } from './template.ts';

/** What a function may see of this machine's environment: no credentials, no proxy, no settings of npm. */
const PASSED_ON = ['PATH', 'HOME', 'NODE_EXTRA_CA_CERTS'];

/** Runs the functions of the template, each in processes of its own, kept warm. */
export class FunctionHost {
  readonly #functions: FunctionResource[];
  readonly #extraEnvironment: Record<string, string>;
  readonly #onLogLine: (line: string) => void;
  readonly #processes = new Map<string, FunctionProcess[]>();
  readonly #atWork = new Set<Promise<FunctionOutcome>>();
  #closed = false;

  constructor(
    functions: FunctionResource[],
    extraEnvironment: Record<string, string>,
    onLogLine: (line: string) => void = () => undefined,
  ) {
    this.#functions = functions;
    this.#extraEnvironment = extraEnvironment;
    this.#onLogLine = onLogLine;
  }

  /** Invokes a function by its name or ARN with a JSON payload. */
  async invoke(nameOrArn: string, payload: string): Promise<FunctionOutcome> {
    if (this.#closed) throw new Error('the platform is closed');
    const resource = this.#functions.find(
      ({ name, arn }) => name === nameOrArn || arn === nameOrArn.replace(/:\$LATEST$/, ''),
    );
    if (!resource) throw new Error(`no function ${nameOrArn} in the template`);
    const warm = (this.#processes.get(resource.arn) ?? []).filter(({ alive }) => alive);
    const idle = warm.find(({ busy }) => !busy);
    const chosen = idle ?? new FunctionProcess(resource, this.#environmentOf(resource), this.#onLogLine);
    this.#processes.set(resource.arn, idle ? warm : [...warm, chosen]);
    const outcome = chosen.invoke(payload);
    this.#atWork.add(outcome);
    const done = () => this.#atWork.delete(outcome);
    outcome.then(done, done);
    return outcome;
  }

  /** Waits for the invocations that are at work. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#atWork);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#processes.values()].flat();
    this.#processes.clear();
    await Promise.all(all.map((one) => one.kill()));
  }

  #environmentOf({ name, arn, directory, Environment, MemorySize }: FunctionResource): Record<string, string> {
    const passedOn = PASSED_ON.flatMap((key) => {
      const value = process.env[key];
      return value === undefined ? [] : [[key, value]];
    });
    return {
      ...Object.fromEntries(passedOn),
      AWS_REGION: LOCAL_REGION,
      AWS_DEFAULT_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
      LAMBDA_TASK_ROOT: directory,
      LOCAL_FUNCTION_ARN: arn,
      TZ: ':UTC',
      ...Environment.Variables,
      ...this.#extraEnvironment,
    };
  }
}
