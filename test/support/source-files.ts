import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface SourceFile {
  /** From the root of the project, with `/`. */
  path: string;
  lines: number;
  text: string;
  /** What it imports: a path from the root for files of ours, else the package's name with whatever follows. */
  imports: string[];
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b(?:[^;'"=]*?\bfrom\b)?\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/g;

/** Every TypeScript file below a folder of the project, `''` for the folder itself. */
export function sourceFiles(folder: string): SourceFile[] {
  return globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map((found) => {
    const path = normalize(found).replaceAll('\\', '/');
    const text = readFileSync(join(ROOT, path), 'utf8');
    const imports = [...text.matchAll(IMPORT)].map(([, named = '', loaded = '']) => resolved(path, named || loaded));
    return { path, text, imports, lines: text.trimEnd().split('\n').length };
  });
}

function resolved(path: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(path), specifier).replaceAll('\\', '/') : specifier;
}
