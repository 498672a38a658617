import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunction } from './bundle-function.ts';

// node main.ts <function> <folder>: what the CDK, which can only wait for processes, puts into an asset.
const [name = '', folder = ''] = process.argv.slice(2);
const { code } = await bundleFunction(name);
await writeFile(join(folder, 'index.js'), code);
// Where the bundle lies inside the checkout, the project's package.json would declare it an ES module.
await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'commonjs' }));
