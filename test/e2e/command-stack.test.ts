import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { synthesize } from '../infra/synthesize.ts';
import { startCloudFormation } from '../support/cloudformation-server.ts';
import { linesOf, runInTerminal, withoutTerminal } from '../support/terminal.ts';

const STACK = fileURLToPath(new URL('../../cli/stack.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cache-ops-stack-'));
after(() => rmSync(folder, { recursive: true }));

const refresh = { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const schedule = (name: string) => ({
  name,
  operation: 'clear-rest-cache',
  expression: 'rate(1 day)',
  input: { target: 'gis' },
});
const DEPLOYED = {
  schedules: [schedule('nightly'), schedule('weekly')],
  rasters: [
    { prefix: 'größe/', refresh },
    { prefix: 'landsat/', refresh },
  ],
};
const LESS = { schedules: [schedule('weekly')], rasters: DEPLOYED.rasters.slice(1) };

/** The template as CloudFormation gives it back: letters beyond ASCII are question marks. */
function deployed(settings: object): object {
  const template = JSON.stringify(synthesize(settings).template.toJSON());
  return JSON.parse(template.replaceAll(/[^\x20-\x7e]/g, '?'));
}

function settingsFile(settings: object): string {
  const file = join(folder, `${Object.keys(settings).length}-${JSON.stringify(settings).length}.yaml`);
  settingsSchema.parse(settings);
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

async function run(args: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [STACK, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, exitCode };
}

test('synth says which settings it takes and what they hold, and takes those', async () => {
  const output = join(folder, 'cdk.out');
  const file = settingsFile(DEPLOYED);

  const { stderr, exitCode } = await run(['synth', '--settings', file, '--', '--output', output]);

  assert.equal(exitCode, 0, stderr);
  assert.equal(
    stderr.split('\n')[0],
    `Settings ${file}: 2 schedules, 2 raster sources, no mail, secrets under cache-ops/`,
  );
  assert.match(readFileSync(join(output, 'CacheOps.template.json'), 'utf8'), /"Name": "nightly"/);
});

for (const args of [
  ['-c', 'setings=x.yaml'],
  ['--setings', 'x.yaml'],
  ['--settings', 'none.yaml'],
]) {
  test(`synth refuses ${args.join(' ')} and synthesizes nothing`, async () => {
    const output = join(folder, 'cdk.none');

    const { stderr, exitCode } = await run(['synth', ...args, '--', '--output', output]);

    assert.equal(exitCode, 1);
    assert.match(stderr, /Unknown option|cannot be read/);
    assert.ok(!existsSync(output));
  });
}

test('synth refuses a misspelt settings of the CDK too', async () => {
  const output = join(folder, 'cdk.misspelt');

  const { stderr, exitCode } = await run(['synth', '--', '-c', 'setings=x.yaml', '--output', output]);

  assert.equal(exitCode, 1);
  assert.match(stderr, /-c setings=… is not known: did you mean -c settings=<file>\?/);
});

test('deploy without a terminal lists what it would remove, and removes nothing', async (t) => {
  const { asked, environment } = await startCloudFormation(t, deployed(DEPLOYED));

  const { stderr, exitCode } = await run(['deploy', '--settings', settingsFile(LESS)], environment);

  assert.equal(exitCode, 1);
  assert.match(stderr, /^ {2}- schedule nightly$/m);
  assert.match(
    stderr,
    /^ {2}- raster source the bucket of the stack, größe\/: refreshes Landsat\.ImageServer of gis$/m,
  );
  assert.doesNotMatch(stderr, /- schedule weekly|landsat/);
  assert.match(stderr, /add --yes .*\nNothing was deployed\.\n$/);
  assert.equal(asked.at(-1), 'GetTemplate');
});

/** The CDK's own help in the place of its deployment, which nobody here could take. */
const HELP = ['--', '--help'];

test('deploy goes on to the CDK where nothing is removed', async (t) => {
  const { environment } = await startCloudFormation(t, deployed(LESS));

  const args = ['deploy', '--settings', settingsFile(DEPLOYED), ...HELP];
  const { stdout, stderr, exitCode } = await run(args, environment);

  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^cdk deploy/m);
  assert.doesNotMatch(stderr, /remove/);
});

test('deploy goes on to the CDK where what it removes was agreed to', async (t) => {
  const { environment } = await startCloudFormation(t, deployed(DEPLOYED));

  const args = ['deploy', '--yes', '--settings', settingsFile(LESS), ...HELP];
  const { stdout, stderr } = await run(args, environment);

  assert.match(stderr, /- schedule nightly/);
  assert.match(stdout, /^cdk deploy/m);
});

test('deploy of settings with a name leaves the stack without one alone', async (t) => {
  const { environment } = await startCloudFormation(t, deployed(DEPLOYED));

  const args = ['deploy', '--settings', settingsFile({ ...LESS, name: 'test' }), ...HELP];
  const { stdout, stderr } = await run(args, environment);

  assert.match(stderr, /^Settings .*: stack CacheOps-test, 1 schedule, /);
  assert.match(stdout, /^cdk deploy/m);
  assert.doesNotMatch(stderr, /remove/);
});

test('deploy asks nothing where no stack is deployed yet', async (t) => {
  const { environment } = await startCloudFormation(t, undefined);

  const { stdout, stderr } = await run(['deploy', ...HELP], environment);

  assert.match(stdout, /^cdk deploy/m);
  assert.doesNotMatch(stderr, /remove/);
});

test('deploy says so where it cannot be known what is deployed', async () => {
  const environment = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };
  const nowhere = { ...environment, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

  const { stderr, exitCode } = await run(['deploy'], nowhere);

  assert.equal(exitCode, 1);
  assert.match(stderr, /What is deployed cannot be read, .*: Unable to resolve AWS account/);
  assert.match(stderr, /Nothing was deployed\.\n$/);
});

test('deploy asks on a terminal, and takes no for an answer', { skip: withoutTerminal }, async (t) => {
  const { asked, environment } = await startCloudFormation(t, deployed(DEPLOYED));
  const { type, showing, ended } = runInTerminal([STACK, 'deploy', '--settings', settingsFile(LESS)], { environment });
  await showing(/Deploy all the same\? \[y\/N\]/);

  type('n\r');
  const { written, exitCode } = await ended;

  assert.equal(exitCode, 1);
  assert.match(written, /Nothing was deployed\./);
  assert.equal(asked.at(-1), 'GetTemplate');
  assert.deepEqual(
    linesOf(written).filter((line) => line.length > 80),
    [],
  );
});
