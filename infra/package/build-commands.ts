import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { build, type Metafile, type Plugin } from 'esbuild';
import * as z from 'zod';
import { addStack } from '../add-stack.ts';
import { readSettings } from '../settings/settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The command `cache-ops`, below the folder of the package. */
export const COMMAND = 'cli/cache-ops.mjs';
/** What the tour drops, where it is looked for from `cli`. */
const RASTERS = 'local/tour-rasters';

/** Libraries that are CommonJS ask for these. */
const COMMON_JS = `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/**
 * Adds the command line and all that it runs on this machine to a package: it needs nothing else to be installed.
 * It is split, so that help and the commands of a deployed stack load nothing of this machine's side.
 */
export async function buildCommands(folder: string): Promise<Metafile> {
  const [{ metafile }] = await Promise.all([
    build({
      absWorkingDir: ROOT,
      entryPoints: { 'cache-ops': 'cli/start.ts', 'function-runner': 'local/function-runner.ts' },
      outdir: join(folder, 'cli'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      mainFields: ['module', 'main'],
      external: ['aws-cdk-lib'],
      inject: ['infra/package/older-node.ts'],
      banner: { js: COMMON_JS },
      minifySyntax: true,
      metafile: true,
      logLevel: 'warning',
      plugins: [inPackage],
    }),
    buildAssembly(join(folder, 'assembly')),
    cp(join(ROOT, RASTERS), join(folder, RASTERS), { recursive: true }),
  ]);
  return metafile;
}

const inPackage: Plugin = {
  name: 'in-package',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/synth\.ts$/ }, () => ({ path: join(ROOT, 'local/packed-synth.ts') }));
    // DynamoDB on this machine is in memory. On a disk it would be by a library that is compiled where it is installed.
    onResolve({ filter: /^level$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'exports.Level = undefined;' }));
    // It asks for files by names that are put together: esbuild finds them where these are whole.
    onLoad({ filter: /[\\/]dynalite[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(/(?<=require\('[./a-z]+' \+ action)(?=\))/g, ` + '.js'`),
    }));
  },
};

const assetsSchema = z.looseObject({
  files: z.record(z.string(), z.looseObject({ displayName: z.string(), source: z.looseObject({ path: z.string() }) })),
});

/** The stack of the tour, with the functions where the package has them. */
async function buildAssembly(folder: string): Promise<void> {
  const outdir = await mkdtemp(join(tmpdir(), 'cache-ops-assembly-'));
  // The bundles are in the package already.
  const context = { 'aws:cdk:bundling-stacks': [] };
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false, context });
  const stack = addStack(app, readSettings(join(ROOT, 'local/tour-settings.yaml')));
  const { template } = app.synth().getStackByName(stack.stackName);
  const assets = assetsSchema.parse(JSON.parse(await readFile(join(outdir, `${stack.stackName}.assets.json`), 'utf8')));
  await rm(outdir, { recursive: true });
  for (const { displayName, source } of Object.values(assets.files)) source.path = `../functions/${displayName}`;
  await mkdir(folder);
  await writeFile(join(folder, `${stack.stackName}.template.json`), JSON.stringify(template));
  await writeFile(join(folder, `${stack.stackName}.assets.json`), JSON.stringify(assets));
}
