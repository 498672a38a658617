import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions, FUNCTIONS } from './bundle-function.ts';

// node main.ts <folder>: the bundles of all functions, a folder for each. The CDK can only wait for processes.
const [folder = ''] = process.argv.slice(2);
for (const [name, { code }] of await bundleFunctions(await readdir(FUNCTIONS))) {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'index.js'), code);
  // Where the bundle lies inside the checkout, the project's package.json would declare it an ES module.
  await writeFile(join(folder, name, 'package.json'), JSON.stringify({ type: 'commonjs' }));
}
