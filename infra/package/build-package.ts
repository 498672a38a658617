import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import * as z from 'zod';
import { writeBundles } from '../bundling/write-bundles.ts';
import { settingsSchemaText } from '../settings/settings-schema.ts';
import { buildCommands, COMMAND } from './build-commands.ts';
import { licencesOf } from './licences.ts';
import { packageReadme } from './package-readme.ts';
import { propsDeclarations } from './props-declarations.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
/** What an app that uses the construct brings itself: two copies of the CDK would not know each other's constructs. */
const PEERS = ['aws-cdk-lib', 'constructs'];

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
});

/** Makes the package that a CDK app installs, as a folder of plain JavaScript with declarations and the bundles of all functions. */
export async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [construct, commands, bundles] = await Promise.all([
    buildConstruct(folder),
    buildCommands(folder),
    writeBundles(join(folder, 'functions')),
    writeDeclarations(folder),
    writeManifest(folder),
    writeFile(join(folder, 'settings.schema.json'), settingsSchemaText()),
    ...['LICENSE', 'CHANGELOG.md'].map((file) => copyFile(join(ROOT, file), join(folder, file))),
    writeFile(join(folder, 'README.md'), packageReadme()),
  ]);
  const metafiles = [construct, commands, ...bundles.map(({ metafile }) => metafile)];
  await writeFile(join(folder, 'THIRD-PARTY-LICENCES.txt'), await licencesOf(metafiles));
}

/** CommonJS, because apps that are CommonJS themselves can take nothing else; the others can take it too. */
async function buildConstruct(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['infra/package/exports.ts'],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: [...PEERS, 'aws-cdk-lib/*'],
    // The last two are asked by what files write when they are commands themselves.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.main': 'false', 'import.meta.url': '""' },
    minifySyntax: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [
      {
        name: 'built-code',
        setup({ onResolve }) {
          onResolve({ filter: /\/bundling\/function-code\.ts$/ }, () => ({
            path: join(ROOT, 'infra/package/built-code.ts'),
          }));
        },
      },
    ],
  });
  return metafile;
}

/** The construct as the compiler declares it; the type of its settings as their JSON Schema has it. */
async function writeDeclarations(folder: string): Promise<void> {
  // Below node_modules, where the compiler finds the types of Node.js.
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, 'declarations-'));
  const config = join(temporary, 'tsconfig.json');
  const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: ROOT, outDir: '.' };
  const files = [join(ROOT, 'infra/cache-ops.ts')];
  const include = [join(ROOT, 'shared/**/*.d.ts')];
  await writeFile(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include }));
  const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', config], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the construct could not be declared:\n${stdout}`);
  const construct = await readFile(join(temporary, 'infra/cache-ops.d.ts'), 'utf8');
  await rm(temporary, { recursive: true });
  const settings = /^import .* from '.\/settings\/settings\.ts';$/m;
  if (!settings.test(construct)) throw new Error('the declared construct does not take its settings from their file');
  await writeFile(join(folder, 'index.d.ts'), `${construct.replace(settings, '')}${propsDeclarations()}${OTHERS}`);
}

const OTHERS = `
/**
 * Reads and checks a settings file.
 * @throws SettingsError listing every problem with file, line and path
 */
export declare function readSettings(file: string): CacheOpsProps;

/** The settings cannot be used: the message lists every problem. */
export declare class SettingsError extends Error {
  override name: 'SettingsError';
}
`;

async function writeManifest(folder: string): Promise<void> {
  const own = manifestSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const { dependencies, ...about } = own;
  const manifest = {
    ...about,
    keywords: ['arcgis', 'microstrategy', 'cache', 'aws', 'cdk', 'construct'],
    type: 'commonjs',
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './settings.schema.json': './settings.schema.json',
      './package.json': './package.json',
    },
    bin: { 'cache-ops': `./${COMMAND}` },
    engines: { node: '>=20.12' },
    peerDependencies: Object.fromEntries(PEERS.map((name) => [name, `^${dependencies[name]}`])),
    // The command line needs it for settings alone.
    peerDependenciesMeta: Object.fromEntries(PEERS.map((name) => [name, { optional: true }])),
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
