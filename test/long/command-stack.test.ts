import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCloudFormation } from '../support/cloudformation-server.ts';
import { DEPLOYED, deployed, HELP, LESS, run, STACK, settingsFile } from '../support/stack-command.ts';
import { linesOf, runInTerminal, withoutTerminal } from '../support/terminal.ts';

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

test('deploy goes on to the CDK where what it removes was agreed to', async (t) => {
  const { environment } = await startCloudFormation(t, deployed(DEPLOYED));

  const args = ['deploy', '--yes', '--settings', settingsFile(LESS), ...HELP];
  const { stdout, stderr } = await run(args, environment);

  assert.match(stderr, /- schedule nightly/);
  assert.match(stdout, /^cdk deploy/m);
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
