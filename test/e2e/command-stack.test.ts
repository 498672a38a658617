import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCloudFormation } from '../support/cloudformation-server.ts';
import { DEPLOYED, deployed, folder, LESS, run, settingsFile } from '../support/stack-command.ts';

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
