import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { type Substitute, substitutes } from './substitutes.ts';

const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES_OF_PACKAGES = /[\\/]node_modules[\\/]/;

/** How every bundle is made, of whatever entry. */
export const bundleOptions = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // CommonJS starts in 0.8 of the time of one ES module with the SDK inside (65 against 81 ms).
  format: 'cjs',
  // The SDK's ES modules can be shaken: 0.68 of the bytes of its CommonJS, and 4 ms less than them.
  mainFields: ['module', 'main'],
  // Renamed identifiers save 30 kB and no time (they made undici 14 % slower), and spoil every stack trace.
  minifyWhitespace: true,
  minifySyntax: true,
  // `import()` becomes `require`: imported as an ES module, `node:http` loads Node's own undici, 12 ms.
  supported: { 'dynamic-import': false },
  // Undici's own switch: leaves its second, experimental parser out, 57 kB.
  define: { esbuildDetection: '1' },
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

export interface Bundle {
  /** The text of `index.js`. */
  code: Uint8Array;
  metafile: Metafile;
  /** The substitutes that were put in. */
  substituted: Substitute[];
}

/** Bundles a function of `functions` into one file that holds only what runs. */
export async function bundleFunction(name: string): Promise<Bundle> {
  const substituted: Substitute[] = [];
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    stdin: {
      contents: `import './infra/bundling/without-jit.ts'; export * from './functions/${name}/handler.ts';`,
      resolveDir: PROJECT_ROOT,
    },
    outfile: 'index.js',
    write: false,
    plugins: [substitution(substituted)],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${name}`);
  return { code: file.contents, metafile, substituted };
}

function substitution(substituted: Substitute[]): Plugin {
  return {
    name: 'substitutes',
    setup({ onResolve, onLoad }) {
      const load = (file: string, resolveDir: string) => {
        const substitute = substitutes.find((candidate) => candidate.file === file);
        if (substitute === undefined) return undefined;
        substituted.push(substitute);
        return { contents: substitute.contents, loader: 'js' as const, resolveDir };
      };
      onLoad({ filter: FILES_OF_PACKAGES }, ({ path }) => {
        const inProject = relative(PROJECT_ROOT, path).split(sep).join('/');
        return load(inProject.replace(/^.*node_modules\//, ''), dirname(path));
      });
      onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        const isSubstituted = FILES_OF_PACKAGES.test(importer) && substitutes.some(({ file }) => file === path);
        return isSubstituted ? { path: path.replace('node:', ''), namespace: 'node' } : undefined;
      });
      onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => load(`node:${path}`, PROJECT_ROOT));
    },
  };
}
