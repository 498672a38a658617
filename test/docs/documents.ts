import { globSync, readFileSync } from 'node:fs';

/** A document, and what stands in it. */
export interface Document {
  readonly file: string;
  readonly text: string;
  /** Without code blocks and comments. */
  readonly prose: string;
  readonly fences: readonly Fence[];
  /** What stands between backticks in the prose. */
  readonly codes: readonly string[];
  readonly links: readonly string[];
}

/** A block of code: what stands after the three backticks, and what is in it. */
interface Fence {
  readonly info: string;
  readonly body: string;
}

const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;

/** The pages for people who use the project. */
export const documents: readonly Document[] = globSync([
  'README.md',
  'CHANGELOG.md',
  'docs/**/*.md',
  'examples/README.md',
])
  .sort()
  .map(read);

function read(file: string): Document {
  const text = readFileSync(file, 'utf8');
  const prose = text.replaceAll(FENCE, '').replaceAll(/<!--[\s\S]*?-->/g, '');
  return {
    file,
    text,
    prose,
    fences: [...text.matchAll(FENCE)].map(([, info = '', body = '']) => ({ info, body })),
    codes: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
    links: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link),
  };
}

/** The anchors that GitHub gives the headings of a document. */
export function anchorsOf({ text }: Document): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const SENTENCE_END = /(?<=[.!?]["*)]*)\s+(?=["*([`]*[A-Z])/;

/** The lines of prose, and the cells of tables, each without its marks. */
function textsOf({ prose }: Document): string[] {
  return prose.split('\n').flatMap((line) => {
    if (/^#|^\|[ -|]+\|$/.test(line)) return [];
    if (!line.startsWith('|')) return [plain(line)];
    return line.split(/(?<!\\)\||<br>/).map(plain);
  });
}

function plain(text: string): string {
  return text
    .replaceAll(/`[^`]+`/g, 'Code')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/^\s*(?:[-*>]|\d+\.) /, '')
    .trim();
}

/** Every sentence of a document. */
export function sentencesOf(document: Document): string[] {
  return textsOf(document).flatMap((text) => text.split(SENTENCE_END).filter((sentence) => sentence !== ''));
}

export function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Lines of a paragraph with more than one sentence; an item of a list or a cell may have several short ones. */
export function crowdedLines({ prose }: Document): string[] {
  return prose
    .split('\n')
    .filter((line) => !/^\s*(#|\||[-*] |\d+\. )/.test(line))
    .filter((line) => plain(line).split(SENTENCE_END).length > 1);
}
