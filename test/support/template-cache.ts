import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/synth.ts';
import { globalSetup as shareCompiledSources } from './compile-cache.ts';
import { TEMPLATES_FOLDER } from './stack-template.ts';

let folder = '';

/**
 * For `--test-global-setup`: the test files of one call of `node --test` share the templates that they synthesize, and
 * the commands that they run find the stack synthesized.
 */
export async function globalSetup(): Promise<void> {
  shareCompiledSources();
  await synthesize({ start: () => ({ end: () => undefined }) });
  folder = mkdtempSync(join(tmpdir(), 'cache-ops-templates-'));
  process.env[TEMPLATES_FOLDER] = folder;
}

export function globalTeardown(): void {
  rmSync(folder, { recursive: true });
}
