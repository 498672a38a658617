/** What may stand in a page as it is. Made by `html` alone, so that no text of anybody gets there unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | undefined | readonly Part[];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Control characters, and those that turn the direction of writing or hide in a name. */
const ODD = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** HTML from a template: every text that is put in is escaped, for elements and for attributes in quotes. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((string, index) => `${string}${textOf(parts[index])}`).join(''));
}

/** JSON as the text of an element: of what HTML gives a meaning to nothing is left in it, so nothing is escaped either. */
export function json(value: object): Html {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return new Html(JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, code));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escaped(part);
  return typeof part === 'number' ? String(part) : part.map(textOf).join('');
}

function escaped(text: string): string {
  return text.replaceAll(ODD, ' ').replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
