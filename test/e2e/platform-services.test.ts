import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { StateMachines } from '../../local/state-machines.ts';
import { NO_DATABASE } from '../support/invoke.ts';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:job';

async function services(t: TestContext) {
  const answer = Promise.withResolvers<{ payload: string }>();
  const definition = {
    StartAt: 'Submit',
    States: {
      Submit: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: 'submit', 'Payload.$': '$' },
        End: true,
      },
    },
  };
  const machines = new StateMachines([{ name: 'job', arn: MACHINE, definition }], { invoke: () => answer.promise });
  const endpoint = await startAwsEndpoint(() => ({
    start: (request) => machines.start(request),
    find: (arn) => machines.executions.find((execution) => execution.arn === arn),
    database: NO_DATABASE,
  }));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = { endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const sfn = new SFNClient(client);
  const secrets = new SecretsManagerClient(client);
  t.after(async () => {
    answer.resolve({ payload: '{}' });
    await machines.close();
    sfn.destroy();
    secrets.destroy();
    await endpoint.close();
  });
  const start = (name: string | undefined, input: string, stateMachineArn = MACHINE) =>
    sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  return { machines, endpoint, secrets, start, finish: () => answer.resolve({ payload: '{}' }) };
}

test('gives a secret, and its new version after a rotation', async (t) => {
  const { endpoint, secrets } = await services(t);
  const read = () => secrets.send(new GetSecretValueCommand({ SecretId: 'cache-ops/city' }));
  endpoint.setSecret('cache-ops/city', '{"password":"old"}');

  const before = await read();
  endpoint.setSecret('cache-ops/city', '{"password":"new"}');
  const rotated = await read();

  assert.equal(before.SecretString, '{"password":"old"}');
  assert.equal(rotated.SecretString, '{"password":"new"}');
  assert.notEqual(rotated.VersionId, before.VersionId);
});

test('does not know a secret that was never stored', async (t) => {
  const { secrets } = await services(t);

  const reading = secrets.send(new GetSecretValueCommand({ SecretId: 'cache-ops/city' }));

  await assert.rejects(reading, { name: 'ResourceNotFoundException' });
});

test('gives the running execution again for the same name and input', async (t) => {
  const { start, machines } = await services(t);

  const first = await start('nightly', '{"target":"city"}');
  const second = await start('nightly', '{"target":"city"}');

  assert.equal(first.executionArn, 'arn:aws:states:us-east-1:000000000000:execution:job:nightly');
  assert.equal(second.executionArn, first.executionArn);
  assert.equal(machines.executions.length, 1);
});

test('refuses a name that is taken by another input', async (t) => {
  const { start } = await services(t);
  await start('nightly', '{"target":"city"}');

  const again = start('nightly', '{"target":"county"}');

  await assert.rejects(again, { name: 'ExecutionAlreadyExists' });
});

test('refuses the name of an execution that has ended', async (t) => {
  const { start, machines, finish } = await services(t);
  await start('nightly', '{}');
  finish();
  await machines.executions[0]?.ended;

  const again = start('nightly', '{}');

  await assert.rejects(again, { name: 'ExecutionAlreadyExists' });
});

for (const name of ['2026-11-23T03:00:00Z', 'two words', 'a/b', 'a*', 'x'.repeat(81), '<id>']) {
  test(`refuses the execution name ${name}`, async (t) => {
    const { start } = await services(t);

    await assert.rejects(start(name, '{}'), { name: 'InvalidName' });
  });
}

test('names an execution by itself', async (t) => {
  const { start } = await services(t);

  const { executionArn } = await start(undefined, '{}');

  assert.match(executionArn ?? '', /:execution:job:[0-9a-f-]{36}$/);
});

test('refuses an input that is no JSON or too long', async (t) => {
  const { start } = await services(t);

  await assert.rejects(start('one', '{target}'), { name: 'InvalidExecutionInput' });
  await assert.rejects(start('two', JSON.stringify('x'.repeat(262_144))), { name: 'InvalidExecutionInput' });
});

test('does not know a state machine that the template has not', async (t) => {
  const { start } = await services(t);

  await assert.rejects(start('one', '{}', `${MACHINE}-other`), { name: 'StateMachineDoesNotExist' });
});
