/** An error of the YAML parser. */
interface ParserError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Mistake {
  readonly line: number;
  readonly message: string;
}

/** The parser's errors in the words of people who do not know YAML. What follows from the first error is left out. */
export function yamlMistakes(text: string, errors: readonly ParserError[]): Mistake[] {
  const told = errors.filter(({ code }, index) => index === 0 || code === 'DUPLICATE_KEY');
  return told.map((error) => mistakeOf(new Lines(text), error));
}

/** A line that was meant to be `key: value`. */
export function withoutColon(line: string): string {
  const [, key] = /^(?:- +)?([\w.-]+):\S/.exec(line.trim()) ?? [];
  if (key !== undefined) return `has no space after the colon of ${key}`;
  return 'has no colon: each line is "key: value", or begins with "- " in a list';
}

class Lines {
  readonly #text: string;
  readonly #lines: string[];

  constructor(text: string) {
    this.#text = text;
    this.#lines = text.split('\n');
  }

  /** The number of the line at a place in the text; counted from 1. */
  at(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length;
  }

  get(line: number): string {
    return this.#lines[line - 1] ?? '';
  }

  /** The character at a place. */
  character(offset: number): string {
    return this.#text[offset] ?? '';
  }

  /** The text between two places. */
  slice(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  /** The first line that fits. */
  find(pattern: RegExp): number | undefined {
    const index = this.#lines.findIndex((line) => pattern.test(line));
    return index === -1 ? undefined : index + 1;
  }

  /** The next line that is neither empty nor a comment. */
  after(line: number): number | undefined {
    const index = this.#lines.findIndex((one, at) => at >= line && !/^\s*(#|$)/.test(one));
    return index === -1 ? undefined : index + 1;
  }

  /** The line of the last `opening` before a place that nothing closes. */
  opened(opening: string, closing: string, before: number): number {
    const open: number[] = [];
    for (let offset = 0; offset < before; offset += 1) {
      const character = this.#text[offset];
      if (character === closing && (opening !== closing || open.length > 0)) open.pop();
      else if (character === opening) open.push(offset);
    }
    return this.at(open.at(-1) ?? before);
  }
}

function mistakeOf(lines: Lines, error: ParserError): Mistake {
  const { code, message, pos } = error;
  const line = lines.at(pos[0]);
  const conflict = lines.find(/^(<{7}|>{7})/);
  if (conflict !== undefined)
    return { line: conflict, message: 'is what git leaves of a conflict: keep one of the two' };
  if (code === 'TAB_AS_INDENT') return { line, message: 'is indented by a tab: use spaces' };
  const odd = lines.find(/^[\s\ufeff]*[\u00a0\u2000-\u200b\u3000]/);
  if (odd !== undefined)
    return { line: odd, message: 'is indented by something that only looks like spaces: type them again' };
  switch (code) {
    case 'DUPLICATE_KEY':
      return { line, message: `${keyAt(lines, pos)} stands twice here: keep one` };
    case 'MULTILINE_IMPLICIT_KEY':
      return { line, message: withoutColon(lines.get(line)) };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return nestedKey(lines, line, message);
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return missing(lines, error, line);
    case 'BLOCK_IN_FLOW':
      return { line, message: COMMAS };
    case 'UNEXPECTED_TOKEN':
      return unexpected(lines, error, line);
    case 'BAD_SCALAR_START':
    case 'BAD_ALIAS':
    case 'TAG_RESOLVE_FAILED':
      return { line, message: `has a value that begins with ${lines.character(pos[0])}: put it in quotes` };
    case 'BAD_DQ_ESCAPE':
      return { line, message: 'has a backslash between double quotes, where it is special: use single quotes' };
    case 'MULTIPLE_DOCS':
      return { line, message: 'begins a second document: there may be only one' };
    default:
      return { line, message: `is no YAML: ${message}` };
  }
}

const COMMAS = 'needs a comma between the entries of { } or [ ]';
const QUOTES = 'has a value with a colon in it: put it in quotes';

function keyAt(lines: Lines, [start, end]: ParserError['pos']): string {
  return /^[\w.-]+/.exec(lines.slice(start, Math.max(end, start + 100)))?.[0] ?? 'a key';
}

/** What begins inside a value: a second colon on its line, or a line below it that stands too far to the right. */
function nestedKey(lines: Lines, line: number, message: string): Mistake {
  const content = lines.get(line);
  if (/^\s*-[^\s-]/.test(content)) return { line, message: 'needs a space after its dash' };
  if (/:\s.*:(\s|$)/.test(content)) return { line, message: QUOTES };
  const next = message.startsWith('A block sequence') ? line : lines.after(line);
  return next === undefined ? { line, message: QUOTES } : wronglyIndented(lines, next);
}

function wronglyIndented(lines: Lines, line: number): Mistake {
  const spaces = lines.get(line).search(/\S/);
  const indented = spaces === 1 ? '1 space' : `${spaces} spaces`;
  return { line, message: `is indented by ${indented}: what belongs together begins in the same column` };
}

function missing(lines: Lines, { message, pos }: ParserError, line: number): Mistake {
  const [, closing] = /(?:end with a |Missing closing |end with )(["'}\]])/.exec(message) ?? [];
  if (closing !== undefined) {
    const opening = { '}': '{', ']': '[' }[closing] ?? closing;
    return { line: lines.opened(opening, closing, pos[0]), message: `has a ${opening} that nothing closes` };
  }
  if (message.startsWith('Implicit map keys')) return { line, message: withoutColon(lines.get(line)) };
  if (message.startsWith('Missing ,')) return { line, message: COMMAS };
  return wronglyIndented(lines, line);
}

function unexpected(lines: Lines, { message, pos }: ParserError, line: number): Mistake {
  const [, closing] = /"([}\]])"/.exec(message) ?? [];
  if (closing !== undefined) return { line, message: `has a ${closing} that closes nothing` };
  if (message.startsWith('Block scalar'))
    return { line, message: 'has a value that begins with | or >: put it in quotes' };
  if (/["']\s*$/.test(lines.slice(0, pos[0])))
    return { line, message: 'goes on after a closing quote: put all of the value in quotes' };
  return wronglyIndented(lines, line);
}
