import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { operations } from '../infra/operations.ts';

/** What the command line asks for. */
export type Command = { kind: 'tour' } | { kind: 'runs' } | OperationCommand;

/** One operation, against the targets of a file or, without one, against the emulators. */
export interface OperationCommand {
  kind: 'operation';
  operation: string;
  input: unknown;
  targets?: Record<string, unknown>;
}

/** The command line cannot be used. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const USAGE = `usage: npm start, npm start -- runs, or npm start -- <operation> '<input json>' [--secrets <file>]`;

/**
 * Reads the arguments of `npm start`.
 * @throws {UsageError}
 */
export function readCommandLine(args: string[]): Command {
  const { positionals, secretsFile } = parse(args);
  const [operation, input, ...rest] = positionals;
  if (operation === undefined) {
    if (secretsFile === undefined) return { kind: 'tour' };
    throw new UsageError(`--secrets needs an operation; ${USAGE}`);
  }
  if (operation === 'runs') {
    if (input !== undefined || secretsFile !== undefined) throw new UsageError(`runs takes nothing else; ${USAGE}`);
    return { kind: 'runs' };
  }
  const names = operations.map(({ name }) => name);
  if (!names.includes(operation)) {
    throw new UsageError(`There is no operation "${operation}"; there are: ${names.join(', ')}`);
  }
  if (input === undefined) throw new UsageError(`The input of ${operation} is missing; ${USAGE}`);
  if (rest.length > 0) throw new UsageError(`Too many arguments, is the input in quotes? ${USAGE}`);
  const parsedInput = parseJson(input, 'The input');
  return {
    kind: 'operation',
    operation,
    input: parsedInput,
    ...(secretsFile !== undefined && { targets: readSecrets(secretsFile) }),
  };
}

function parse(args: string[]): { positionals: string[]; secretsFile: string | undefined } {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { secrets: { type: 'string' } },
    });
    return { positionals, secretsFile: values.secrets };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

function readSecrets(file: string): Record<string, unknown> {
  const targets = parseJson(readText(file), `The secrets file ${file}`);
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new UsageError(`The secrets file ${file} must hold a JSON object: {"<target>": {secret}}`);
  }
  return { ...targets };
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

/** The parser's own message is left out: it quotes the text, and a secrets file holds passwords. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${what} is no JSON`);
  }
}
