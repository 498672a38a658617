import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptAssembly, type SynthProgress } from './assemblies.ts';

/** The installed package; this file lies in a folder of it. */
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/**
 * Stands in the package in the place of `synth.ts`. Gives the assembly that is in the package, or one of a settings file:
 * that needs the CDK beside the package.
 */
export async function synthesize(progress: SynthProgress, settings?: string): Promise<string> {
  if (settings === undefined) return join(PACKAGE, 'assembly');
  return keptAssembly(progress, {
    settings,
    root: PACKAGE,
    sources: ['index.js', 'functions/*/index.js'],
    addTo(app) {
      const { addStack, readSettings }: typeof import('../infra/package/exports.ts') = createRequire(import.meta.url)(
        join(PACKAGE, 'index.js'),
      );
      addStack(app, readSettings(settings));
    },
  });
}
