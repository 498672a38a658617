import { stripVTControlCharacters } from 'node:util';
import type { Screen } from '../../cli/screen.ts';

/** A screen without colours. */
export function plainScreen(width = Number.POSITIVE_INFINITY): Screen {
  return { width, isTerminal: Number.isFinite(width), paint: (_, text) => text };
}

/** The words of a text, those of each line; what a terminal would break is broken. */
export function wordsOf(text: string, width = Number.POSITIVE_INFINITY): string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .flatMap((line) => (line.length > width ? [line.slice(0, width), line.slice(width)] : [line]))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '' && !/^-+$/.test(word));
}
