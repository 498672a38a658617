import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { pascalCase } from '../../infra/operations.ts';
import type { KeptEntry, Key } from '../../local/ledger.ts';
import type { OperationOutcome } from '../../local/operation-outcome.ts';
import { wordsOfStop } from '../../local/run-end.ts';
import { consoleUrl } from '../../shared/lambda/console-url.ts';
import type { BackEnd, Pausing } from '../back-end.ts';
import { endedRun } from '../run-commands.ts';
import { executionUrl } from '../run-view.ts';
import { wordsOfEntry } from '../run-words.ts';
import type { Surroundings } from '../surroundings.ts';
import { UsageError } from '../usage.ts';
import { awsCall } from './aws-call.ts';
import { DeployedLedger } from './deployed-ledger.ts';
import { Executions, outcomeOf } from './execution.ts';

/** How long it is waited for what becomes of the job of a run that was stopped. */
const SETTLE_MS = 15 * 60_000;

/** A deployed stack, used by the AWS credentials and the region of the shell. */
export class DeployedStack implements BackEnd {
  readonly #outputs: ReadonlyMap<string, string>;
  readonly #surroundings: Surroundings;
  readonly #ledger: DeployedLedger;
  readonly #executions = new Executions();

  private constructor(stack: string, outputs: ReadonlyMap<string, string>, surroundings: Surroundings) {
    this.#outputs = outputs;
    this.#surroundings = surroundings;
    const table = outputs.get('LedgerTableName');
    if (table === undefined) throw new UsageError(`The stack ${stack} has no ledger for commands: deploy this version`);
    this.#ledger = new DeployedLedger(table);
  }

  /**
   * The stack of that name.
   * @throws {UsageError} where there is none
   * @throws {AwsUnavailableError}
   */
  static async find(name: string, surroundings: Surroundings): Promise<DeployedStack> {
    const client = new CloudFormationClient({});
    const described = client.send(new DescribeStacksCommand({ StackName: name })).catch(async (error: Error) => {
      if (!/does not exist/.test(error.message)) throw error;
      const region = await client.config.region();
      throw new UsageError(`There is no stack ${name} in ${region}: look at AWS_PROFILE and AWS_REGION`);
    });
    const { Stacks: [stack] = [] } = await awsCall('find the stack', described);
    const outputs = (stack?.Outputs ?? []).map(
      ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
    );
    return new DeployedStack(name, new Map(outputs), surroundings);
  }

  run(key: Key): Promise<KeptEntry | undefined> {
    return this.#ledger.run(key);
  }

  runs(since: number): Promise<KeptEntry[]> {
    return this.#ledger.runs(since);
  }

  pauses(): Promise<KeptEntry[]> {
    return this.#ledger.pauses();
  }

  async stop({ executionArn }: KeptEntry): Promise<void> {
    await this.#executions.stop(String(executionArn));
  }

  async operate(operation: string, input: unknown): Promise<OperationOutcome> {
    const { progress, interrupted } = this.#surroundings;
    const executionArn = await this.#executions.start(this.#machineOf(operation), input);
    const line = progress.start(operation);
    const url = executionUrl({ executionArn });
    if (url !== undefined) progress.note(url);
    const key = { operation, name: executionArn.split(':').at(-1) ?? '' };
    const execution = await this.#executions.ended(executionArn, {
      interrupted,
      onLook: async () => {
        const entry = await this.#ledger.run(key);
        if (entry !== undefined) line.update(wordsOfEntry(entry));
      },
    });
    if (execution === undefined) {
      line.end('goes on in AWS');
      return { result: { executionArn, consoleUrl: consoleUrl(executionArn), status: 'running' } };
    }
    if (execution.status === 'ABORTED') {
      line.update('stopped: what becomes of its job?');
      const entry = await endedRun(this, (await this.run(key)) ?? key, { interrupted, patience: SETTLE_MS });
      const became = wordsOfStop(entry['startedAt'] === undefined ? undefined : entry);
      line.end(`stopped: ${became}`);
      return { error: { errorType: 'JobCancelledError', errorMessage: `The run was stopped: ${became}.` } };
    }
    line.end(`${execution.status?.toLowerCase()}${execution.error === undefined ? '' : `: ${execution.error}`}`);
    return outcomeOf(execution);
  }

  async pause({ target, until, reason, cancel = false }: Pausing): Promise<OperationOutcome> {
    // The machines of one stack differ in the last part of their ARNs alone.
    const machine = this.#machineOf('clear-rest-cache').replace(/clear-rest-cache$/, 'pause-site');
    const input = { target, until, reason, ...(cancel && { cancel }) };
    const executionArn = await this.#executions.start(machine, input);
    const execution = await this.#executions.ended(executionArn, this.#surroundings);
    return execution === undefined
      ? { result: { executionArn, consoleUrl: consoleUrl(executionArn), status: 'running' } }
      : outcomeOf(execution);
  }

  async checkTarget(target: string): Promise<OperationOutcome> {
    const line = this.#surroundings.progress.start('check-target');
    const FunctionName = this.#output('CheckTargetFunctionName');
    const invoke = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ target }) });
    const { Payload, FunctionError } = await awsCall('check the target', new LambdaClient({}).send(invoke));
    const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    const { errorType = FunctionError, errorMessage = '', status } = Object(answer);
    line.end(FunctionError === undefined ? status : errorType);
    return FunctionError === undefined ? { result: answer } : { error: { errorType, errorMessage } };
  }

  #machineOf(operation: string): string {
    return this.#output(`${pascalCase(operation)}StateMachineArn`);
  }

  #output(name: string): string {
    const value = this.#outputs.get(name);
    if (value === undefined) throw new UsageError(`The deployed stack has no output ${name}: deploy this version`);
    return value;
  }
}
