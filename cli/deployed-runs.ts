import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { operations } from '../infra/operations.ts';
import { connectionFlags } from './cdk.ts';

/** What is shown of many. */
const MAX_SHOWN = 10;
const PAUSE_MS = 3_600_000;
const REASON = 'A new version is deployed.';

/** The deployed stack's runs, by the AWS credentials of the shell and the CDK's own flags. */
export class DeployedRuns {
  readonly #client: SFNClient;
  readonly #prefix: string;
  #machines: Map<string, string> | undefined;

  /** @param name of the settings, which stands before the names of the machines */
  constructor(name: string | undefined, cdk: readonly string[]) {
    const [profile, region] = ['--profile', '--region'].map((flag) => valueOfFlag(flag, connectionFlags(cdk)));
    this.#prefix = name === undefined ? '' : `${name}-`;
    this.#client = new SFNClient({ ...(profile && { profile }), ...(region && { region }) });
  }

  /** `refresh-service/nightly-…` for every run that is at work or waits. */
  async atWork(): Promise<string[]> {
    const machines = await this.#found();
    const runs = operations.map(async ({ name }) => {
      const stateMachineArn = machines.get(this.#prefix + name);
      if (stateMachineArn === undefined) return [];
      const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' });
      const { executions = [] } = await this.#client.send(running);
      return executions.map((execution) => `${name}/${execution.name}`);
    });
    return (await Promise.all(runs)).flat();
  }

  /** No run begins on any target for an hour, or until `resume`. False where the deployed version cannot pause. */
  async pause(): Promise<boolean> {
    return await this.#pauseUntil(Date.now() + PAUSE_MS);
  }

  async resume(): Promise<void> {
    await this.#pauseUntil(Date.now() - 1000);
  }

  async #pauseUntil(until: number): Promise<boolean> {
    const stateMachineArn = (await this.#found()).get(`${this.#prefix}pause-site`);
    if (stateMachineArn === undefined) return false;
    const input = JSON.stringify({ target: 'ALL', until: new Date(until).toISOString(), reason: REASON });
    await this.#client.send(new StartExecutionCommand({ stateMachineArn, input }));
    return true;
  }

  /** The ARNs of the account's machines, by their names. */
  async #found(): Promise<Map<string, string>> {
    if (this.#machines !== undefined) return this.#machines;
    const machines = new Map<string, string>();
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(new ListStateMachinesCommand({ ...(nextToken && { nextToken }) }));
      for (const { name = '', stateMachineArn = '' } of page.stateMachines ?? []) machines.set(name, stateMachineArn);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    this.#machines = machines;
    return machines;
  }
}

/** What a deployment says of the runs that are at work. */
export function wordsOfRuns(runs: readonly string[]): string {
  if (runs.length === 0) return 'No run is at work.';
  const shown = runs.slice(0, MAX_SHOWN).map((run) => `  - ${run}`);
  const left = runs.length - shown.length;
  const head = runs.length === 1 ? 'One run is at work' : `${runs.length} runs are at work`;
  return [
    `${head}, and will be watched on by the new version:`,
    ...shown,
    ...(left > 0 ? [`  and ${left} more`] : []),
  ].join('\n');
}

function valueOfFlag(flag: string, flags: readonly string[]): string | undefined {
  const at = flags.findIndex((one) => one === flag || one.startsWith(`${flag}=`));
  return at === -1 ? undefined : (flags[at]?.split('=')[1] ?? flags[at + 1]);
}
