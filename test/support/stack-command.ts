import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { synthesize } from '../infra/synthesize.ts';

export const STACK = fileURLToPath(new URL('../../cli/stack.ts', import.meta.url));
/** Removed when the tests of the file are done. */
export const folder = mkdtempSync(join(tmpdir(), 'cache-ops-stack-'));
after(() => rmSync(folder, { recursive: true }));

const refresh = { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const schedule = (name: string) => ({
  name,
  operation: 'clear-rest-cache',
  expression: 'rate(1 day)',
  input: { target: 'gis' },
});
export const DEPLOYED = {
  schedules: [schedule('nightly'), schedule('weekly')],
  rasters: [
    { prefix: 'größe/', refresh },
    { prefix: 'landsat/', refresh },
  ],
};
export const LESS = { schedules: [schedule('weekly')], rasters: DEPLOYED.rasters.slice(1) };

/** The template as CloudFormation gives it back: letters beyond ASCII are question marks. */
export function deployed(settings: object): object {
  const template = JSON.stringify(synthesize(settings).template.toJSON());
  return JSON.parse(template.replaceAll(/[^\x20-\x7e]/g, '?'));
}

export function settingsFile(settings: object): string {
  const file = join(folder, `${Object.keys(settings).length}-${JSON.stringify(settings).length}.yaml`);
  settingsSchema.parse(settings);
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

/** One of the commands of the stack, to its end. */
export async function run(args: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [STACK, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, exitCode };
}

/** The CDK's own help in the place of its deployment, which nobody here could take. */
export const HELP = ['--', '--help'];
