import { writeBundles } from './write-bundles.ts';

// node main.ts <folder>: the bundles of all functions, a folder for each. The CDK can only wait for processes.
const [folder = ''] = process.argv.slice(2);
await writeBundles(folder);
