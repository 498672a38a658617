import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import { terminalColumns } from 'terminal-columns';

/** What is known of the place where something is shown. */
export interface Screen {
  /** Characters in a line; without an end in a file or a pipe. */
  readonly width: number;
  /** A person looks at it. */
  readonly isTerminal: boolean;
  /** Gives a text its colour where colours are wanted: `NO_COLOR` and `FORCE_COLOR` are respected. */
  paint(colour: Colour, text: string): string;
}

export type Colour = Parameters<typeof styleText>[0];
type Stream = Pick<WriteStream, 'isTTY' | 'columns'>;

/** A terminal that does not tell its width. */
const USUAL_WIDTH = 80;

/** The screen behind a stream. `COLUMNS` says how wide lines may be, also where there is no terminal. */
export function screenOf(stream: Stream & NodeJS.WritableStream, environment = process.env): Screen {
  const asked = Number(environment['COLUMNS']);
  const seen = stream.isTTY ? stream.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY;
  return {
    width: Number.isInteger(asked) && asked > 0 ? asked : seen,
    isTerminal: stream.isTTY === true,
    paint: (colour, text) => styleText(colour, text, { stream }),
  };
}

/** Breaks lines between words; a line's own indentation, or `indent` more, holds for all that becomes of it. */
export function wrapped(text: string, width: number, indent = ''): string {
  if (!Number.isFinite(width)) return text.replace(/^/gm, indent);
  return text
    .split('\n')
    .map((line) => wrappedLine(indent + line, width))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  const paddingLeft = Math.min(line.length - line.trimStart().length, Math.floor(width / 2));
  if (stripVTControlCharacters(line).length <= width) return line;
  const columns = [{ width: 'auto', paddingLeft }];
  return withoutLineEnds(terminalColumns([[line.trim()]], { columns, stdoutColumns: width }));
}

/** Without the blanks that fill a column. */
export function withoutLineEnds(text: string): string {
  return text.replace(/[ \t]+$/gm, '');
}

/** A server's text on one line, without what would steer the terminal. */
export function onOneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** JSON as people read it on a terminal, and on one line for programs. */
export function jsonText(value: unknown, { isTerminal }: Pick<Screen, 'isTerminal'>): string {
  return JSON.stringify(value, null, isTerminal ? 2 : 0);
}
