import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleFunction } from './bundle-function.ts';

/** Puts the bundle of a function of `functions` into a folder, as Lambda takes it. */
export async function writeBundle(name: string, folder: string): Promise<Bundle> {
  const bundle = await bundleFunction(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.js'), bundle.code);
  // Where the bundle lies inside the checkout, the project's package.json would declare it an ES module.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'commonjs' }));
  return bundle;
}
