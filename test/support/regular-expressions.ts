import { sourceFiles } from './source-files.ts';

/** A regular expression of the code, and where it stands. */
export interface FoundExpression {
  place: string;
  expression: RegExp;
}

/** After these a slash begins a regular expression; after a value it divides. */
const LITERAL =
  /(?<=[(=,:[!&|?{};\n]\s*|\breturn\s+)\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([dgimsuvy]*)/g;

/** The literals in what runs in Lambda and at synth; comments and template texts may bring in one that is none. */
export function regularExpressions(): FoundExpression[] {
  return ['functions', 'shared', 'infra'].flatMap(sourceFiles).flatMap(({ path, text }) =>
    [...text.matchAll(LITERAL)].flatMap((match) => {
      const [, source = '', flags = ''] = match;
      const line = text.slice(0, match.index).split('\n').length;
      return isInComment(text, match.index)
        ? []
        : [{ place: `${path}:${line}`, expression: new RegExp(source, flags) }];
    }),
  );
}

function isInComment(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
  return /^\s*(?:\/\*|\*)|\/\//.test(line);
}

/** One text for each character class, escape and literal of an expression: what a long text may be made of. */
function partsOf({ source }: RegExp): string[] {
  const literal = source.match(/[A-Za-z0-9 @#%=:;,<>_/-]{2,}/g) ?? [];
  const single = source.match(/\\p\{\w+\}|\\[^\n]|[^\\()[\]{}*+?|^$]/gu) ?? [];
  return [...new Set([...literal, ...single.map(sampleOf), ' ', '/', '.', 'a', '0'])];
}

const SAMPLES: Record<string, string> = {
  ...{ '\\s': ' ', '\\S': 'a', '\\d': '7', '\\w': 'a', '\\W': '-', '\\D': 'a', '\\n': '\n', '\\t': '\t', '\\b': '' },
  ...{ '\\p{L}': 'é', '\\p{M}': '\u0301', '\\p{Nd}': '٢', '\\p{Cc}': '\u0000', '\\p{Cs}': '\ud800', '.': 'a' },
};

function sampleOf(part: string): string {
  return SAMPLES[part] ?? part.replace(/^\\(?=\W)/, '');
}

/** Ways to grow a text for an expression: what comes first, what is repeated, and what makes it fail at the end. */
export function attacks(expression: RegExp): ((times: number) => string)[] {
  const parts = partsOf(expression);
  const start = expression.source.replace(/^\^/, '').match(/^[^\\()[\]{}*+?|^$.]+/)?.[0] ?? '';
  const repeated = [...parts, ...parts.flatMap((one) => parts.slice(0, 6).map((other) => one + other))];
  const pumps = [...new Set(repeated)].filter((part) => part !== '');
  return pumps.flatMap((pump) => [
    (times) => `${pump.repeat(times)}\u0001`,
    (times) => `${start}${pump.repeat(times)}\n`,
  ]);
}
