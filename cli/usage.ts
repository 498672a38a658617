import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { screenOf } from './screen.ts';

/** The command line cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Help was asked for; the message is the help. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked';
}

const HELP_WIDTH = 80;
const MAX_HELP_WIDTH = 120;
const helps = new WeakMap<Command, string[]>();

/** A command that throws where it would print and leave. What is added to it by `command` does too. */
export function createProgram(name: string): Command {
  const help: string[] = [];
  const { width } = screenOf(process.stdout);
  const program = new Command(name)
    .exitOverride()
    .allowExcessArguments(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .helpOption('-h, --help', 'shows this')
    .configureOutput({
      writeOut: (text) => help.push(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => (Number.isFinite(width) ? Math.min(width, MAX_HELP_WIDTH) : HELP_WIDTH),
    });
  helps.set(program, help);
  return program;
}

/**
 * Reads the arguments; the actions of the program take what is found.
 * @param hint said beside an unknown flag
 * @throws {UsageError} what does not fit, with the nearest name that would
 * @throws {HelpAsked}
 */
export function readArguments(program: Command, args: readonly string[], hint = ''): void {
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const help = helps.get(program)?.join('').trimEnd() ?? '';
    if (error.exitCode === 0) throw new HelpAsked(help);
    throw new UsageError(messageOf(error, program, args, hint));
  }
}

/**
 * Flags before the first `--` are npm's own: it takes them without a word, and the command would run without them.
 * @param flags the flags by what npm calls them
 * @throws {UsageError}
 */
export function refuseFlagsTakenByNpm(
  name: string,
  flags: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): void {
  const [, taken] = Object.entries(flags).find(([npmName]) => environment[`npm_config_${npmName}`]) ?? [];
  if (taken !== undefined)
    throw new UsageError(`npm took ${taken} for itself: flags stand after a --, ${name} … ${taken} …`);
}

/** The text of a file that was named on the command line. @throws {UsageError} */
export function readText(file: string, what: string): string {
  try {
    // Windows' editors and PowerShell put a byte order mark in front.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${what} cannot be read: ${reason}`);
  }
}

function messageOf({ code, message }: CommanderError, program: Command, args: readonly string[], hint: string): string {
  const command = program.commands.find((one) => one.name() === args[0]);
  const name = [program.name(), ...(command ? [command.name()] : [])].join(' ');
  const [, problem = message, suggestion = ''] = /^error: (.*?)(?:\n\((.*)\))?$/s.exec(message) ?? [];
  const problemText = problemOf(code, problem, program, args);
  const names = program.commands.map((one) => one.name()).join(', ');
  const known = code === 'commander.unknownCommand' ? `; there are: ${names}` : '';
  const sentences = [
    suggestion === '' ? `${problemText}${known}.` : `${problemText}: ${suggestion.replace(/^D/, 'd')}`,
    ...(code === 'commander.unknownOption' && hint !== '' ? [hint] : []),
    `See ${name} --help.`,
  ];
  return sentences.join(' ');
}

function problemOf(code: string, problem: string, program: Command, args: readonly string[]): string {
  const command = program.commands.find((one) => one.name() === args[0]);
  if (code === 'commander.unknownCommand') return `There is no operation or command "${args[0]}"`;
  if (code === 'commander.unknownOption' && command === undefined && program.commands.length > 0) {
    return `${args[0]} needs an operation before it`;
  }
  if (code === 'commander.excessArguments' && command) {
    return command.registeredArguments.length === 0
      ? `${command.name()} takes nothing else`
      : `Too many arguments: the input of ${command.name()} must be one, in quotes`;
  }
  return problem.replace(/^./, (letter) => letter.toUpperCase()).replace(/\.$/, '');
}
