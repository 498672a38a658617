import type { Command as Program } from 'commander';
import { type Operation, operations } from '../infra/operations.ts';
import type { Pausing } from './back-end.ts';
import { SHELLS, type Shell } from './completion.ts';
import type { Dropping } from './drop.ts';
import { operationHelp, wordsOfExample } from './operation-help.ts';
import { isGiven, readWords } from './operation-input.ts';
import { programName } from './program-name.ts';
import { readSecrets, type Secrets } from './secrets-file.ts';
import { momentOf } from './since.ts';
import { createProgram, readArguments, refuseFlagsTakenByNpm, UsageError } from './usage.ts';

/** Where a command does its work: a deployed stack, or else this machine. */
interface Place {
  stack?: string;
  /** The targets of a file; without one the emulators. */
  secrets?: Secrets;
  /** The settings file. */
  settings?: string;
}

/** One operation; its input was given in words or in a file. */
interface OperationCommand {
  kind: 'operation';
  operation: string;
  input?: unknown;
  inputFile?: string;
}

export interface RunsCommand {
  kind: 'runs';
  target?: string;
  /** Epoch milliseconds. */
  since: number;
  wide?: boolean;
  json?: boolean;
}

/** What the command line asks for. */
export type Command =
  | { kind: 'tour' }
  | { kind: 'completion'; shell: Shell; program: Program }
  | { kind: 'footprint'; files: string[] }
  | ({ kind: 'drop' } & Dropping)
  | PlacedCommand;

/** A command that has a place. */
export type PlacedCommand = Place &
  (
    | OperationCommand
    | RunsCommand
    | { kind: 'show'; run: string; json?: boolean }
    | { kind: 'stop'; run: string }
    | { kind: 'check-target'; target: string; json?: boolean }
    | ({ kind: 'pause' } & Pausing)
  );

const NAME = programName();
const SECRETS = 'your own servers: a JSON file {"<target>": {secret}}';
const RUN = '<operation>/<name>, an ARN, or a name or its beginning';
const DESCRIPTION = `Runs the operations on this machine, or in AWS with --stack.

Without a command: the tour, all operations against servers in miniature.
The result is JSON on stdout, progress is on stderr.`;
/** What npm takes for itself where the first `--` is missing. */
const TAKEN_BY_NPM = Object.fromEntries(
  ['secrets', 'settings', 'stack', 'source', 'input', 'since', 'until', 'reason'].map((flag) => [flag, `--${flag}`]),
);

/** What a command line flag of a place holds. */
interface PlaceOptions {
  stack?: string;
  secrets?: string;
  settings?: string;
}

/**
 * Reads the arguments of `npm start`.
 * @throws {UsageError}
 * @throws {HelpAsked}
 */
export function readCommandLine(args: readonly string[], environment = process.env): Command {
  refuseFlagsTakenByNpm(NAME, TAKEN_BY_NPM, environment);
  let asked: Command = { kind: 'tour' };
  const program = createProgram(NAME)
    .description(DESCRIPTION)
    .helpCommand('help [command]', 'shows the help of a command');
  const take = (command: Command) => {
    asked = command;
  };
  for (const operation of operations) addOperation(program, operation, take);
  addRuns(program, take);
  addTargets(program, take);
  program
    .command('footprint')
    .description('says where raster files lie, and what says so')
    .argument('<file...>', 'raster files of this machine')
    .action((files: string[]) => take({ kind: 'footprint', files }));
  addDrop(program, take);
  program
    .command('completion')
    .description('prints what completes these commands in your shell')
    .argument('<shell>', SHELLS.join(' or '))
    .addHelpText(
      'after',
      '\nFor example, in ~/.bashrc:\n  alias cache-ops="npx cache-ops"\n  source <(npx cache-ops completion bash)',
    )
    .action((shell: string) => {
      const known = SHELLS.find((one) => one === shell);
      if (known === undefined) throw new UsageError(`There is no completion for ${shell}: ${SHELLS.join(', ')}`);
      take({ kind: 'completion', shell: known, program });
    });
  if (args.length > 0) readArguments(program, args);
  return asked;
}

type Take = (command: Command) => void;

function addOperation(program: Program, { name, inputSchema }: Operation, take: Take): void {
  const { does = '', example = {} } = operationHelp[name] ?? {};
  const words = wordsOfExample(example);
  const command = program
    .command(name)
    .description(does)
    .argument('[input...]', 'key=value …, or JSON')
    .option('--input <file>', 'the input from a JSON or YAML file; -: from stdin')
    .addHelpText(
      'after',
      `\nLists are written with commas, or by repeating their key; what is inside an object by
dots: plan.jobsAtOnce=2. The keys are on the page docs/reference/inputs.md.

Examples:
  ${NAME} ${name} ${words}
  ${NAME} ${name} '${JSON.stringify(example)}'`,
    );
  addPlace(command, 'secrets', 'settings').action(
    (given: string[], { input: inputFile, ...place }: PlaceOptions & { input?: string }) => {
      if (!isGiven(given, inputFile))
        throw new UsageError(`The input of ${name} is missing. For example: ${NAME} ${name} ${words}`);
      const input = inputFile === undefined ? { input: readWords(given, inputSchema) } : { inputFile };
      take({ kind: 'operation', operation: name, ...input, ...placeOf(place) });
    },
  );
}

function addRuns(program: Program, take: Take): void {
  const runs = program
    .command('runs')
    .description('lists runs, the newest first')
    .option('--target <name>', 'only those of this target')
    .option('--since <time>', 'only those that started since: 12h, 7d, 2026-11-01', '7d')
    .option('--wide', 'all columns, each as wide as it needs')
    .option('--json', 'all that is known of them, and their parts, as JSON');
  addPlace(runs).action(
    ({ since, target, wide, json, ...place }: PlaceOptions & { since: string } & Omit<RunsCommand, 'kind' | 'since'>) =>
      take({
        kind: 'runs',
        since: momentOf(since),
        ...(target !== undefined && { target }),
        ...(wide && { wide }),
        ...(json && { json }),
        ...placeOf(place),
      }),
  );
  const show = program
    .command('show')
    .description('shows all that is known of one run')
    .argument('<run>', RUN)
    .option('--json', 'as JSON; always so where stdout is no terminal');
  addPlace(show).action((run: string, { json, ...place }: PlaceOptions & { json?: boolean }) =>
    take({ kind: 'show', run, ...(json && { json }), ...placeOf(place) }),
  );
  const stop = program
    .command('stop')
    .description('stops a run, its job on the server too, and says what became of it')
    .argument('<run>', RUN);
  addPlace(stop).action((run: string, place: PlaceOptions) => take({ kind: 'stop', run, ...placeOf(place) }));
}

function addTargets(program: Program, take: Take): void {
  const check = program
    .command('check-target')
    .description('checks a target from its secret to its services; changes nothing')
    .argument('<target>', 'the name of the target')
    .option('--json', 'as JSON');
  addPlace(check, 'secrets', 'settings').action(
    (target: string, { json, ...place }: PlaceOptions & { json?: boolean }) =>
      take({ kind: 'check-target', target, ...(json && { json }), ...placeOf(place) }),
  );
  const pause = program
    .command('pause')
    .description('keeps all operations off a target until some time; a time that is past ends it')
    .argument('<target>', 'the name of the target, or ALL')
    .requiredOption('--until <time>', 'with its zone, for example 2026-11-27T06:00:00Z')
    .requiredOption('--reason <text>', 'why, for those who wait')
    .option('--cancel', 'cancels the jobs that run');
  addPlace(pause).action(
    (target: string, { stack, secrets, settings, ...options }: PlaceOptions & Omit<Pausing, 'target'>) =>
      take({ kind: 'pause', target, ...options, ...placeOf({ stack, secrets, settings }) }),
  );
}

function addDrop(program: Program, take: Take): void {
  program
    .command('drop')
    .description('puts files into the raster bucket of the settings on this machine, and waits for all that follows')
    .argument('<file...>', 'rasters, and files that belong to them, in this order')
    .option('--settings <file>', 'the settings; without it those of the tour')
    .option('--source <name>', 'the source of the settings, where they have several')
    .option('--secrets <file>', SECRETS)
    .action((files: string[], { source, ...place }: PlaceOptions & { source?: string }) => {
      const { secrets, settings } = placeOf(place);
      const dropping = {
        ...(source !== undefined && { source }),
        ...(secrets && { secrets }),
        ...(settings && { settings }),
      };
      take({ kind: 'drop', files, ...dropping });
    });
}

function addPlace(command: Program, ...more: ('secrets' | 'settings')[]): Program {
  if (more.includes('secrets')) command.option('--secrets <file>', SECRETS);
  if (more.includes('settings')) command.option('--settings <file>', 'the settings: windows, sites and all else');
  return command.option('--stack <name>', 'the deployed stack of that name, with the AWS credentials of the shell');
}

function placeOf({ stack, secrets, settings }: { [K in keyof PlaceOptions]: PlaceOptions[K] | undefined }): Place {
  const here = secrets === undefined ? settings && '--settings' : '--secrets';
  if (stack !== undefined && here !== undefined)
    throw new UsageError(`${here} is for this machine. The stack ${stack} has its own: leave --stack or ${here} out`);
  return {
    ...(stack !== undefined && { stack }),
    ...(secrets !== undefined && { secrets: readSecrets(secrets) }),
    ...(settings !== undefined && { settings }),
  };
}
