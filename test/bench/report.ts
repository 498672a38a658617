import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as z from 'zod';
import type { Spread } from './statistics.ts';

/** One line of the table: what was measured, what it should be, and what it may be at most. */
export interface Measure {
  measure: string;
  target: string;
  limit: string;
  seen: string;
}

const PACKAGES = [
  '@aws-sdk/client-secrets-manager',
  '@esri/arcgis-rest-request',
  '@middy/core',
  'esbuild',
  'undici',
  'zod',
];

/** What the figures depend on. */
export function machine() {
  const packages = PACKAGES.map((name) => {
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    return [name, z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version];
  });
  return {
    date: new Date().toISOString(),
    node: process.version,
    architecture: process.arch,
    cpus: availableParallelism(),
    packages: Object.fromEntries(packages),
  };
}

/** `1.62 [1.55-1.70]` */
export function spreadText({ median, low, high }: Spread, unit = '', digits = 2): string {
  return `${median.toFixed(digits)}${unit} [${low.toFixed(digits)}-${high.toFixed(digits)}]`;
}

/** A Markdown table, as wide as its cells. */
export function tableText(rows: Record<string, string | number>[]): string {
  const heads = Object.keys(rows[0] ?? {});
  const cells = [heads, ...rows.map((row) => heads.map((head) => String(row[head])))];
  const widths = heads.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
