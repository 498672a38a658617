/** What a generated page says at its head, so that nobody edits it. */
export function generatedBy(source: string): string {
  return `<!-- Written by \`npm run docs\` from ${source}. -->`;
}

/** A table of Markdown; a bar in a cell would end it. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').trim()).join(' | ')} |`)
    .join('\n');
}

export function page(...blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
