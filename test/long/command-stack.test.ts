import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCloudFormation } from '../support/cloudformation-server.ts';
import { DEPLOYED, deployed, HELP, LESS, run, settingsFile } from '../support/stack-command.ts';

test('deploy goes on to the CDK where nothing is removed', async (t) => {
  const { environment } = await startCloudFormation(t, deployed(LESS));

  const args = ['deploy', '--settings', settingsFile(DEPLOYED), ...HELP];
  const { stdout, stderr, exitCode } = await run(args, environment);

  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^cdk deploy/m);
  assert.doesNotMatch(stderr, /remove/);
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
