import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { keptAssembly, type SynthProgress } from './assemblies.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The settings of commands that name none. */
const SETTINGS = join(ROOT, 'local', 'tour-settings.yaml');
/** All that the assembly is made of. */
const SOURCES = ['functions/**/*.ts', 'shared/**/*.ts', 'infra/**/*.{ts,yaml}', 'package-lock.json', 'cdk.json'];

/** Gives the folder of the stack's cloud assembly, made of this checkout and of a settings file. */
export async function synthesize(progress: SynthProgress, settings = SETTINGS): Promise<string> {
  return keptAssembly(progress, {
    settings,
    root: ROOT,
    sources: SOURCES,
    context: await cdkContext(),
    async addTo(app) {
      const { addStack } = await import('../infra/add-stack.ts');
      const { readSettings } = await import('../infra/settings/settings.ts');
      addStack(app, readSettings(settings));
    },
  });
}

/** The feature flags of cdk.json, so that the template is the one that would be deployed. */
async function cdkContext(): Promise<Record<string, unknown>> {
  const path = join(ROOT, 'cdk.json');
  if (!existsSync(path)) return {};
  const schema = z.object({ context: z.record(z.string(), z.unknown()).default({}) });
  return schema.parse(JSON.parse(await readFile(path, 'utf8'))).context;
}
