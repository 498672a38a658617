import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { cacheFolder } from './state-folder.ts';

/** The names of assemblies and of those that are being built. */
const ASSEMBLY = /^[0-9a-f]{32}/;
const KEPT_ASSEMBLIES = 4;
const PROTECTED_MS = 60 * 60 * 1000;

/** Told of work that takes a person's time. */
export interface SynthProgress {
  start(label: string): { end: (text: string) => void };
}

/** What an assembly is made of. */
interface Ingredients {
  /** The settings file. */
  settings: string;
  /** The folder of the sources. */
  root: string;
  /** Patterns below it. */
  sources: string[];
  context?: Record<string, unknown>;
  /** Adds the stack. */
  addTo(app: App): Promise<void> | void;
}

/** Gives the folder of a cloud assembly, made of the sources as they are now; kept for the next command. */
export async function keptAssembly(progress: SynthProgress, ingredients: Ingredients): Promise<string> {
  const assembly = join(cacheFolder(), await hashOf(ingredients));
  if (!existsSync(assembly)) {
    const line = progress.start('synthesize the stack');
    await build(assembly, ingredients);
    line.end('done');
  }
  const now = new Date();
  await utimes(assembly, now, now);
  await prune();
  return assembly;
}

async function hashOf({ settings, root, sources }: Ingredients): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(sources, { cwd: root })) paths.push(path);
  const hash = createHash('sha256').update(await readFile(settings));
  for (const path of paths.sort()) hash.update(`\0${path}\0`).update(await readFile(join(root, path)));
  return hash.digest('hex').slice(0, 32);
}

/** Builds beside the final place, so that a second command never sees half of it. */
async function build(assembly: string, { context = {}, addTo }: Ingredients): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder(), `${basename(assembly)}-`));
  // Loaded only now: a kept assembly needs no CDK, which takes seconds to load.
  const { App } = await import('aws-cdk-lib');
  try {
    const app = new App({
      outdir: temporary,
      analyticsReporting: false,
      // It takes seconds, and looks for what the tests of the infrastructure look for.
      builtinCloudFormationValidation: false,
      context,
    });
    await addTo(app);
    app.synth();
    await rename(temporary, assembly);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another command was faster: its assembly is the same.
    if (!existsSync(assembly)) throw error;
  }
}

/** Removes old assemblies; a young one may be in use by another command. */
async function prune(): Promise<void> {
  const folder = cacheFolder();
  const entries = await Promise.all(
    (await readdir(folder))
      .filter((name) => ASSEMBLY.test(name))
      .map(async (name) => {
        const usedAt = await stat(join(folder, name)).then(
          ({ mtimeMs }) => mtimeMs,
          () => Date.now(),
        );
        return { path: join(folder, name), usedAt };
      }),
  );
  const old = entries
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(KEPT_ASSEMBLIES)
    .filter(({ usedAt }) => Date.now() - usedAt > PROTECTED_MS);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}
