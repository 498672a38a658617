import { rmSync } from 'node:fs';
import { readTemplate, type StackTemplate } from '../../local/template.ts';
import { appOf } from '../infra/synthesize.ts';

const templates = new Map<string, StackTemplate>();

/** What the local platform runs of the stack with these settings; synthesized once in a process. */
export function stackTemplate(settings: object): StackTemplate {
  const key = JSON.stringify(settings);
  const known = templates.get(key);
  if (known) return known;
  // The CDK's check of the template takes seconds, and looks for what the tests of the infrastructure look for.
  process.env['CDK_VALIDATION'] = 'false';
  const { directory } = appOf(settings).app.synth();
  const template = readTemplate(directory);
  rmSync(directory, { recursive: true });
  templates.set(key, template);
  return template;
}
