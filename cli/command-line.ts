import { readFileSync } from 'node:fs';
import { operations } from '../infra/operations.ts';
import { parseInput, parseSecretFile } from './json-input.ts';
import { operationHelp } from './operation-help.ts';
import type { Pausing } from './pause.ts';
import { createProgram, readArguments, refuseFlagsTakenByNpm, UsageError } from './usage.ts';

/** What the command line asks for. */
export type Command =
  | { kind: 'tour' }
  | RunsCommand
  | CheckTargetCommand
  | PauseCommand
  | FootprintCommand
  | OperationCommand;

/** Hands off a target for some time. */
type PauseCommand = { kind: 'pause' } & Pausing;

/** Where raster files lie. */
interface FootprintCommand {
  kind: 'footprint';
  files: string[];
}

/** The runs of earlier commands. */
interface RunsCommand {
  kind: 'runs';
  wide?: boolean;
  json?: boolean;
}

/** One operation, against the targets of a file or, without one, against the emulators. */
export interface OperationCommand {
  kind: 'operation';
  operation: string;
  input: unknown;
  secrets?: Secrets;
}

/** The targets of a file. */
export interface Secrets {
  file: string;
  targets: Record<string, unknown>;
}

/** What is in the way of one target. */
interface CheckTargetCommand {
  kind: 'check-target';
  target: string;
  secrets?: Secrets;
  json?: boolean;
}

const NAME = 'npm start --';
const SECRETS = 'your own servers: a JSON file {"<target>": {secret}}';
const DESCRIPTION = `Runs the operations on this machine, without AWS.

Without a command: the tour, all operations against servers in miniature.
The result is JSON on stdout, progress is on stderr.`;

/**
 * Reads the arguments of `npm start`.
 * @throws {UsageError}
 * @throws {HelpAsked}
 */
export function readCommandLine(args: readonly string[], environment = process.env): Command {
  refuseFlagsTakenByNpm(NAME, { secrets: '--secrets' }, environment);
  let asked: Command = { kind: 'tour' };
  const program = createProgram(NAME)
    .description(DESCRIPTION)
    .helpCommand('help [command]', 'shows the help of a command');
  for (const { name } of operations) {
    const { does = '', example = {} } = operationHelp[name] ?? {};
    program
      .command(name)
      .description(does)
      .argument('[input]', 'the input of the operation as JSON')
      .option('--secrets <file>', SECRETS)
      .addHelpText('after', `\nExample:\n  ${NAME} ${name} '${JSON.stringify(example)}'`)
      .action((input: string | undefined, { secrets }: { secrets?: string }) => {
        if (input === undefined) throw new UsageError(inputIsMissing(name, example));
        asked = {
          kind: 'operation',
          operation: name,
          input: parseInput(input),
          ...readSecrets(secrets),
        };
      });
  }
  program
    .command('runs')
    .description('lists the runs of earlier commands, the newest first')
    .option('--wide', 'all columns, each as wide as it needs')
    .option('--json', 'all that is known of them, as JSON')
    .action((options: { wide?: boolean; json?: boolean }) => {
      asked = { kind: 'runs', ...options };
    });
  program
    .command('check-target')
    .description('checks a target from its secret to its services; changes nothing')
    .argument('<target>', 'the name of the target')
    .option('--secrets <file>', SECRETS)
    .option('--json', 'as JSON')
    .action((target: string, { secrets, json }: { secrets?: string; json?: boolean }) => {
      asked = { kind: 'check-target', target, ...readSecrets(secrets), ...(json && { json }) };
    });
  program
    .command('pause')
    .description('keeps all operations off a target until some time; a time that is past ends it')
    .argument('<target>', 'the name of the target, or ALL')
    .requiredOption('--until <time>', 'with its zone, for example 2026-11-27T06:00:00Z')
    .requiredOption('--reason <text>', 'why, for those who wait')
    .option('--cancel', 'cancels the jobs that run')
    .action((target: string, options: Omit<Pausing, 'target'>) => {
      asked = { kind: 'pause', target, ...options };
    });
  program
    .command('footprint')
    .description('says where raster files lie, and what says so')
    .argument('<file...>', 'raster files of this machine')
    .action((files: string[]) => {
      asked = { kind: 'footprint', files };
    });
  if (args.length > 0) readArguments(program, args);
  return asked;
}

function inputIsMissing(operation: string, example: object): string {
  return `The input of ${operation} is missing. For example: ${NAME} ${operation} '${JSON.stringify(example)}'`;
}

function readSecrets(file: string | undefined): { secrets?: Secrets } {
  if (file === undefined) return {};
  const targets = parseSecretFile(readText(file), `The secrets file ${file}`);
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new UsageError(`The secrets file ${file} must hold a JSON object: {"<target>": {secret}}`);
  }
  return { secrets: { file, targets: { ...targets } } };
}

function readText(file: string): string {
  try {
    // Windows' editors and PowerShell put a byte order mark in front.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The secrets file ${file} cannot be read: ${reason}`);
  }
}
