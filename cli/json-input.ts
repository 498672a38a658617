import { UsageError } from './usage.ts';

const SHOWN_CHARACTERS = 60;

/**
 * The input of an operation as it came from the shell.
 * @throws {UsageError} with the place, and how to quote where the shell changed it
 */
export function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { reason, position } = whatIsWrong(error);
    const place = position === undefined ? '' : ` at character ${position + 1}`;
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    throw new UsageError(`The input is no JSON: ${reason}${place}. It came as ${shown}${quotingHelp(text)}`);
  }
}

/**
 * The same for a file whose text must not be shown: it holds passwords.
 * @throws {UsageError}
 */
export function parseSecretFile(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { position } = whatIsWrong(error);
    if (position === undefined) throw new UsageError(`${what} is no JSON`);
    const lines = text.slice(0, position).split('\n');
    throw new UsageError(`${what} is no JSON: look at line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`);
  }
}

/** In the words of the engine, without its copy of the text. Not every message has a position. */
function whatIsWrong(error: unknown): { reason: string; position: number | undefined } {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason, position] = /^(.*?)(?: in JSON)? at position (\d+)/.exec(message) ?? [];
  if (reason !== undefined)
    return { reason: reason.replace(/^./, (letter) => letter.toLowerCase()), position: Number(position) };
  if (/end of JSON/.test(message)) return { reason: 'it ends too early', position: undefined };
  const [, token] = /^Unexpected token '(.*?)'/s.exec(message) ?? [];
  return { reason: token === undefined ? message : `unexpected ${token}`, position: undefined };
}

function quotingHelp(text: string): string {
  const quoting = `without JSON target=arcgis …, in bash '{"target":"arcgis"}', in PowerShell '{\\"target\\":\\"arcgis\\"}', in cmd "{\\"target\\":\\"arcgis\\"}"`;
  if (text.includes('\\"')) return `: leave the backslashes out. It is quoted so: ${quoting}`;
  if (!text.includes('"')) return `: it has no double quotes, as if the shell had taken them. Quote it so: ${quoting}`;
  return '';
}
