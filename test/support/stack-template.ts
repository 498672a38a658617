import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { StackTemplate } from '../../local/template.ts';

/** The variable with the folder of the templates that other test files have synthesized; `template-cache.ts` sets it. */
export const TEMPLATES_FOLDER = 'CACHE_OPS_TEST_TEMPLATES';

const templates = new Map<string, StackTemplate>();

/** What the local platform runs of the stack with these settings; synthesized once in a process, or once for all of them. */
export function stackTemplate(settings: object): StackTemplate {
  const key = JSON.stringify(settings);
  const template = templates.get(key) ?? sharedTemplate(settings, key);
  templates.set(key, template);
  return template;
}

function sharedTemplate(settings: object, key: string): StackTemplate {
  const folder = process.env[TEMPLATES_FOLDER];
  if (folder === undefined) return synthesized(settings);
  const file = join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const template = synthesized(settings);
  // Whole at once: another file may look for it now.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(template));
  renameSync(`${file}.${process.pid}`, file);
  return template;
}

/** To load the CDK takes as long as to synthesize, so it is loaded only here. */
function synthesized(settings: object): StackTemplate {
  const load = createRequire(import.meta.url);
  const { appOf }: typeof import('../infra/synthesize.ts') = load('../infra/synthesize.ts');
  const { readTemplate }: typeof import('../../local/template.ts') = load('../../local/template.ts');
  // The CDK's check of the template takes seconds, and looks for what the tests of the infrastructure look for.
  process.env['CDK_VALIDATION'] = 'false';
  const { directory } = appOf(settings).app.synth();
  const template = readTemplate(directory);
  rmSync(directory, { recursive: true });
  return template;
}
