import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleFunctions, FUNCTIONS } from './bundle-function.ts';

/** Puts the bundles of all functions into a folder, each into one of its own, as Lambda takes it. */
export async function writeBundles(folder: string): Promise<Bundle[]> {
  const bundles = await bundleFunctions(await readdir(FUNCTIONS));
  for (const [name, { code }] of bundles) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'index.js'), code);
    // Where the bundle lies inside the checkout, the project's package.json would declare it an ES module.
    await writeFile(join(folder, name, 'package.json'), JSON.stringify({ type: 'commonjs' }));
  }
  return [...bundles.values()];
}
