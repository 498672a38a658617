import { writeBundle } from './write-bundle.ts';

// node main.ts <function> <folder>: what the CDK, which can only wait for processes, puts into an asset.
const [name = '', folder = ''] = process.argv.slice(2);
await writeBundle(name, folder);
