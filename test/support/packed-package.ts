import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../../infra/package/build-package.ts';
import { buildTemplate } from '../../infra/package/build-template.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Removed when the tests of the file are done. */
const folder = mkdtempSync(join(tmpdir(), 'cache-ops-package-'));
after(() => rmSync(folder, { recursive: true }));
/** An empty folder beside the others. */
export const scratch = join(folder, 'scratch');
/** The package before it is packed. */
export const built = join(folder, 'built');
/** A folder in which the package was installed, and nothing else. */
export const alone = join(folder, 'alone');
/** A CDK app that has installed the package, and knows nothing of this checkout. */
export const app = join(folder, 'app');
/** What is deployed without the CDK. */
export const template = join(folder, 'template');

/** Makes all of them; gives the files that were packed. */
export async function makePackage(): Promise<string[]> {
  // The CDK's check of the template takes seconds, and looks for what the tests of the infrastructure look for.
  process.env['CDK_VALIDATION'] = 'false';
  await buildPackage(built);
  for (const empty of [alone, scratch]) mkdirSync(empty);
  const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], built));
  writeFileSync(join(alone, 'package.json'), '{"private": true}');
  // npm asks nobody: the package needs nothing beside itself, and its construct the CDK of this checkout.
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], alone);
  cpSync(alone, app, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(app, 'node_modules/@types'));
  for (const name of ['aws-cdk-lib', 'constructs', '@types/node']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
  }
  await buildTemplate(template, settingsSchema.parse({}), join(app, 'node_modules/cache-ops'));
  return files.map(({ path }: { path: string }) => path);
}

/** Runs a command that must succeed; gives what it says. */
export function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

export function json(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
