import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStackSettings, runStackCommand } from './stack.ts';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const shown = (file: string) => relative(process.cwd(), file);

/** Makes what a release hands out, below `dist`; nothing is published. */
async function pack(args: readonly string[]): Promise<number> {
  const { read } = readStackSettings('package', args);
  // Loaded only now: help needs neither the CDK nor esbuild.
  const { buildPackage } = await import('../infra/package/build-package.ts');
  const { buildTemplate, DEPLOY_FILE, TEMPLATE_FILE } = await import('../infra/package/build-template.ts');
  const [folder, template] = [`${DIST}/package`, `${DIST}/template`];
  await rm(DIST, { recursive: true, force: true });
  await buildPackage(folder);
  await buildTemplate(template, read, folder);
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', DIST], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0) return 1;
  process.stdout.write(
    [
      `${shown(`${DIST}/${packed.stdout.trim()}`)}: a CDK app installs it by npm install <file>`,
      `${shown(template)}/${TEMPLATE_FILE}: the template; sh ${shown(template)}/${DEPLOY_FILE} <bucket> deploys it`,
      '',
    ].join('\n'),
  );
  return 0;
}

if (import.meta.main) process.exitCode = await runStackCommand(() => pack(process.argv.slice(2)));
