import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEMPLATES_FOLDER } from './stack-template.ts';

let folder = '';

/** For `--test-global-setup`: the test files of one call of `node --test` share the templates that they synthesize. */
export function globalSetup(): void {
  folder = mkdtempSync(join(tmpdir(), 'cache-ops-templates-'));
  process.env[TEMPLATES_FOLDER] = folder;
}

export function globalTeardown(): void {
  rmSync(folder, { recursive: true });
}
