import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What commands leave for the next ones. */
export const CACHE = join(ROOT, 'node_modules', '.cache', 'cache-ops');
const SETTINGS = join(ROOT, 'local', 'tour-settings.yaml');
/** The names of assemblies and of those that are being built. */
const ASSEMBLY = /^[0-9a-f]{32}/;
const KEPT_ASSEMBLIES = 4;
const PROTECTED_MS = 60 * 60 * 1000;
/** All that the assembly is made of. */
const SOURCES = ['functions/**/*.ts', 'shared/**/*.ts', 'infra/**/*.{ts,yaml}', 'package-lock.json', 'cdk.json'];

/** Told of work that takes a person's time. */
interface Progress {
  start(label: string): { end: (text: string) => void };
}

/**
 * Gives the folder of the stack's cloud assembly, made of the sources as they are now and of a settings file; kept for the
 * next command.
 */
export async function synthesize(progress: Progress, settings = SETTINGS): Promise<string> {
  const assembly = join(CACHE, await hashOfSources(settings));
  if (!existsSync(assembly)) {
    const line = progress.start('synthesize the stack');
    await build(assembly, settings);
    line.end('done');
  }
  const now = new Date();
  await utimes(assembly, now, now);
  await prune();
  return assembly;
}

async function hashOfSources(settings: string): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(SOURCES, { cwd: ROOT })) paths.push(path);
  const hash = createHash('sha256').update(await readFile(settings));
  for (const path of paths.sort()) hash.update(`\0${path}\0`).update(await readFile(join(ROOT, path)));
  return hash.digest('hex').slice(0, 32);
}

/** Builds beside the final place, so that a second command never sees half of it. */
async function build(assembly: string, settings: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const temporary = await mkdtemp(join(CACHE, `${basename(assembly)}-`));
  // Loaded only now: a kept assembly needs no CDK, which takes seconds to load.
  const { App } = await import('aws-cdk-lib');
  const { addStack } = await import('../infra/add-stack.ts');
  const { readSettings } = await import('../infra/settings/settings.ts');
  try {
    const app = new App({
      outdir: temporary,
      analyticsReporting: false,
      // It takes seconds, and looks for what the tests of the infrastructure look for.
      builtinCloudFormationValidation: false,
      context: await cdkContext(),
    });
    addStack(app, readSettings(settings));
    app.synth();
    await rename(temporary, assembly);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another command was faster: its assembly is the same.
    if (!existsSync(assembly)) throw error;
  }
}

/** The feature flags of cdk.json, so that the template is the one that would be deployed. */
async function cdkContext(): Promise<Record<string, unknown>> {
  const path = join(ROOT, 'cdk.json');
  if (!existsSync(path)) return {};
  const schema = z.object({ context: z.record(z.string(), z.unknown()).default({}) });
  return schema.parse(JSON.parse(await readFile(path, 'utf8'))).context;
}

/** Removes old assemblies; a young one may be in use by another command. */
async function prune(): Promise<void> {
  const entries = await Promise.all(
    (await readdir(CACHE))
      .filter((name) => ASSEMBLY.test(name))
      .map(async (name) => {
        const usedAt = await stat(join(CACHE, name)).then(
          ({ mtimeMs }) => mtimeMs,
          () => Date.now(),
        );
        return { path: join(CACHE, name), usedAt };
      }),
  );
  const old = entries
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(KEPT_ASSEMBLIES)
    .filter(({ usedAt }) => Date.now() - usedAt > PROTECTED_MS);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}
