import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Bundle, bundleFunction, bundleOptions } from '../../infra/bundling/bundle-function.ts';

/** A bundle on disk. */
export interface Variant {
  name: string;
  path: string;
  bytes: number;
  gzipBytes: number;
}

export const FUNCTIONS = readdirSync(fileURLToPath(new URL('../../functions', import.meta.url)));

/** Bundles every function as it is deployed, and what they are compared with, into a folder. */
export async function buildVariants(folder: string): Promise<Map<string, Variant>> {
  const { metafile: _none, ...options } = bundleOptions;
  const { supported: _all, define: _nothing, ...plain } = options;
  const variants = new Map<string, Variant>();
  const add = async (name: string, code: Uint8Array) => {
    const path = join(folder, `${name}.cjs`);
    await writeFile(path, code);
    variants.set(name, { name, path, bytes: code.length, gzipBytes: gzipSync(code).length });
  };
  await add('empty', await variantCode('empty', plain));
  await add('raw-undici', await variantCode('raw-undici', plain));
  await add('naive', await variantCode('naive', { ...plain, mainFields: ['main', 'module'], minify: true }));
  await add('layers', await variantCode('layers', options));
  const bundles: [string, Bundle][] = await Promise.all(
    FUNCTIONS.map(async (name): Promise<[string, Bundle]> => [name, await bundleFunction(name)]),
  );
  for (const [name, { code }] of bundles) await add(name, code);
  return variants;
}

async function variantCode(name: string, options: object): Promise<Uint8Array> {
  const entry = fileURLToPath(new URL(`variants/${name}.ts`, import.meta.url));
  const { outputFiles } = await build({ ...options, entryPoints: [entry], outfile: 'index.js', write: false });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
