import type { KeptEntry, Key } from '../local/ledger.ts';
import { LedgerFile } from '../local/ledger-file.ts';
import { ending, type OperationOutcome, returned } from '../local/operation-outcome.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { startEmulators } from '../local/start-emulators.ts';
import { synthesize } from '../local/synth.ts';
import { nearest } from '../shared/near-words.ts';
import type { BackEnd, Pausing } from './back-end.ts';
import { checkedSettings } from './checked-settings.ts';
import { followExecution, RunLines } from './follow-execution.ts';
import type { Secrets } from './secrets-file.ts';
import type { Surroundings } from './surroundings.ts';

interface Options {
  /** Without them the servers in miniature. */
  secrets?: Secrets | undefined;
  /** The settings file; without it those of the tour. */
  settings?: string | undefined;
}

/** The commands on this machine: each has the stack for itself, and the ledger is that of all of them. */
export class ThisMachine implements BackEnd {
  readonly #options: Options;
  readonly #surroundings: Surroundings;
  readonly #file: LedgerFile;

  constructor(options: Options, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#file = new LedgerFile();
    surroundings.resources.defer(() => this.#file.close());
  }

  async run(key: Key): Promise<KeptEntry | undefined> {
    return this.#file.run(key);
  }

  async runs(since: number): Promise<KeptEntry[]> {
    return this.#file.runs().filter(({ startedAt }) => Date.parse(String(startedAt)) >= since);
  }

  async pauses(): Promise<KeptEntry[]> {
    return this.#file.pauses();
  }

  async stop(run: KeptEntry): Promise<void> {
    this.#file.askToStop(run);
  }

  async operate(operation: string, input: unknown): Promise<OperationOutcome> {
    const targets = await this.#targets();
    const platform = await this.#start(targets);
    const outcome = await platform.run(operation, input);
    if ('result' in outcome || outcome.error.errorType !== 'UnknownTargetError') return outcome;
    // Of several the first that is not there.
    const asked = [Object(input).target].flat().map(String);
    const unknown = asked.find((name) => !Object.hasOwn(targets, name)) ?? asked.join(', ');
    const errorMessage = this.#unknownTarget(unknown, targets);
    return { error: { errorType: outcome.error.errorType, errorMessage } };
  }

  async pause({ target, until, reason, cancel = false }: Pausing): Promise<OperationOutcome> {
    const platform = await this.#start({}, { seesOthers: true });
    const machine = platform.template.stateMachines.find(({ name }) => /(^|-)pause-site$/.test(name));
    const input = JSON.stringify({ target, until, reason, ...(cancel && { cancel }) });
    return await ending(platform.stateMachines.start({ stateMachineArn: machine?.arn ?? '', input }));
  }

  async checkTarget(target: string): Promise<OperationOutcome> {
    const targets = await this.#targets();
    const platform = await this.#start(targets);
    const line = this.#surroundings.progress.start('check-target');
    const name = platform.template.outputs['CheckTargetFunctionName'] ?? '';
    const outcome = returned(await platform.invoke(name, JSON.stringify({ target })));
    line.end('error' in outcome ? outcome.error.errorType : Object(outcome.result).status);
    // On this machine there is no Secrets Manager in which the secret could be made.
    const [secret] = 'result' in outcome ? Object(outcome.result).checks : [];
    if (secret && !Object.hasOwn(targets, target)) secret.advice = this.#unknownTarget(target, targets);
    return outcome;
  }

  async #start(targets: Record<string, unknown>, { seesOthers = false } = {}): Promise<Platform> {
    const { progress, resources, interrupted } = this.#surroundings;
    const assemblyDirectory = await synthesize(progress, await checkedSettings(this.#options.settings));
    interrupted.throwIfAborted();
    const lines = new RunLines();
    const platform = await startPlatform({
      assemblyDirectory,
      targets,
      kept: this.#file,
      loads: seesOthers ? 'all' : 'ended',
      onRun: (execution, settled) => {
        if (!seesOthers) followExecution(execution, settled, progress, lines);
      },
      onWrite: (entry) => lines.tell(entry),
      onUnexpected: (text) => progress.note(text),
      onWarning: (text) => progress.note(text),
    });
    resources.defer(() => platform.close());
    interrupted.throwIfAborted();
    return platform;
  }

  /** Those of the file, or the servers in miniature. */
  async #targets(): Promise<Record<string, unknown>> {
    const { secrets } = this.#options;
    if (secrets !== undefined) return secrets.targets;
    const emulators = await startEmulators();
    this.#surroundings.resources.defer(() => emulators.close());
    return emulators.targets;
  }

  /** There is no Secrets Manager to look into: where a target was looked for, and what there is. */
  #unknownTarget(target: string, targets: Record<string, unknown>): string {
    const names = Object.keys(targets);
    const near = nearest(target, names);
    const { secrets } = this.#options;
    const place =
      secrets === undefined
        ? `Without --secrets the targets are ${names.join(' and ')}, the servers in miniature`
        : `The file ${secrets.file} has ${names.length === 0 ? 'no targets' : `the targets ${names.join(', ')}`}`;
    return `${place}, and not "${target}".${near === undefined ? '' : ` Did you mean ${near}?`}`;
  }
}
