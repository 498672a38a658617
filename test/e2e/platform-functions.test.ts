import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FunctionHost } from '../../local/function-host.ts';

const ECHO = 'exports.handler = async (event) => ({ event, pid: process.pid });';

/** A host with one function named `sample`, its bundle written to a temporary folder. */
function hostOf(
  t: TestContext,
  bundle: string,
  { Timeout = 10, variables = {}, onLogLine = (_: string) => {} } = {},
): FunctionHost {
  const directory = mkdtempSync(join(tmpdir(), 'cache-ops-function-'));
  writeFileSync(join(directory, 'index.js'), bundle);
  const sample = {
    name: 'sample',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
    directory,
    Code: { S3Key: 'sample.zip' },
    Handler: 'index.handler',
    Environment: { Variables: variables },
    Timeout,
    MemorySize: 256,
  };
  const host = new FunctionHost([sample], { AWS_ENDPOINT_URL_SFN: 'http://127.0.0.1:1' }, onLogLine);
  t.after(async () => {
    await host.close();
    rmSync(directory, { recursive: true });
  });
  return host;
}

async function resultOf(invocation: ReturnType<FunctionHost['invoke']>) {
  const outcome = await invocation;
  assert.ok('payload' in outcome, JSON.stringify(outcome));
  return JSON.parse(outcome.payload);
}

async function errorOf(invocation: ReturnType<FunctionHost['invoke']>) {
  const outcome = await invocation;
  assert.ok('error' in outcome, JSON.stringify(outcome));
  return { ...outcome.error, log: outcome.log };
}

test('invokes a function by its name and by its ARN, in one warm process', async (t) => {
  const host = hostOf(t, ECHO);

  const first = await resultOf(host.invoke('sample', '{"a":1}'));
  const second = await resultOf(host.invoke('arn:aws:lambda:us-east-1:000000000000:function:sample:$LATEST', '2'));

  assert.deepEqual(first.event, { a: 1 });
  assert.equal(second.event, 2);
  assert.equal(second.pid, first.pid);
});

test('takes a process of its own for each of two invocations at once', async (t) => {
  const host = hostOf(t, ECHO);

  const [first, second] = await Promise.all([
    resultOf(host.invoke('sample', '1')),
    resultOf(host.invoke('sample', '2')),
  ]);

  assert.notEqual(first.pid, second.pid);
});

test('keeps the signals of the terminal from a function: Ctrl-C is for the command', async (t) => {
  const host = hostOf(t, ECHO);

  const { pid } = await resultOf(host.invoke('sample', '{}'));

  const group = Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }));
  assert.equal(group, pid);
});

test('hands on each line that a function logs, also one that comes in pieces', async (t) => {
  const bundle = `exports.handler = async () => {
    process.stdout.write('{"level":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => process.stdout.write('"warn"}\\nsecond\\n', resolve));
  };`;
  const lines: string[] = [];
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const host = hostOf(t, bundle, {
    onLogLine: (line) => {
      if (lines.push(line) === 2) resolve();
    },
  });

  await resultOf(host.invoke('sample', '{}'));
  await both;

  assert.deepEqual(lines, ['{"level":"warn"}', 'second']);
});

test('is idle when the invocations that are at work have ended', async (t) => {
  const host = hostOf(t, 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 200, "done"));');
  let ended = false;
  void host.invoke('sample', '{}').then(() => {
    ended = true;
  });

  await host.idle();

  assert.ok(ended);
});

test("gives a function its own variables and Lambda's, and nothing of the shell's", async (t) => {
  process.env['CACHE_OPS_TEST_SECRET'] = 'leaked';
  t.after(() => delete process.env['CACHE_OPS_TEST_SECRET']);
  const host = hostOf(t, 'exports.handler = async () => process.env;', { variables: { SECRET_PREFIX: 'own/' } });

  const environment = await resultOf(host.invoke('sample', '{}'));

  assert.equal(environment.SECRET_PREFIX, 'own/');
  assert.equal(environment.AWS_LAMBDA_FUNCTION_NAME, 'sample');
  assert.equal(environment.AWS_REGION, 'us-east-1');
  assert.equal(environment.AWS_ENDPOINT_URL_SFN, 'http://127.0.0.1:1');
  assert.equal(environment.CACHE_OPS_TEST_SECRET, undefined);
});

test('tells a function its request id, its name and its remaining time', async (t) => {
  const bundle = `exports.handler = async (event, context) =>
    ({ id: context.awsRequestId, name: context.functionName, left: context.getRemainingTimeInMillis() });`;
  const host = hostOf(t, bundle, { Timeout: 5 });

  const { id, name, left } = await resultOf(host.invoke('sample', '{}'));

  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(name, 'sample');
  assert.ok(left > 0 && left <= 5000, `${left} ms`);
});

test('reports an error by its name, with its trace and what was logged', async (t) => {
  const bundle = `exports.handler = async () => {
    console.log('about to fail');
    await new Promise((resolve) => process.stdout.write('', resolve));
    throw Object.assign(new Error('no such target'), { name: 'UnknownTargetError' });
  };`;
  const host = hostOf(t, bundle);

  const error = await errorOf(host.invoke('sample', '{}'));

  assert.equal(error.errorType, 'UnknownTargetError');
  assert.equal(error.errorMessage, 'no such target');
  assert.match(error.trace?.[0] ?? '', /no such target/);
});

test('kills a function at its time-out and starts afresh', async (t) => {
  const host = hostOf(t, 'exports.handler = (event) => event.hang ? new Promise(() => {}) : "fine";', { Timeout: 4 });

  const error = await errorOf(host.invoke('sample', '{"hang":true}'));
  const next = await resultOf(host.invoke('sample', '{}'));

  assert.equal(error.errorType, 'Sandbox.Timedout');
  assert.match(error.errorMessage, /Task timed out after 4\.00 seconds/);
  assert.equal(next, 'fine');
});

test('reports a crash with the last words of the process', async (t) => {
  const host = hostOf(t, 'exports.handler = async () => { console.error("out of luck"); process.exit(3); };');

  const error = await errorOf(host.invoke('sample', '{}'));

  assert.equal(error.errorType, 'Runtime.ExitError');
  assert.match(error.errorMessage, /exit status 3/);
  assert.deepEqual(error.log, ['out of luck']);
});

test('reports a bundle that cannot be loaded', async (t) => {
  const host = hostOf(t, 'throw new TypeError("broken bundle");');

  const error = await errorOf(host.invoke('sample', '{}'));

  assert.equal(error.errorType, 'TypeError');
  assert.equal(error.errorMessage, 'broken bundle');
});

test('reports a handler that is not exported', async (t) => {
  const host = hostOf(t, 'exports.main = () => 1;');

  const error = await errorOf(host.invoke('sample', '{}'));

  assert.equal(error.errorType, 'Runtime.HandlerNotFound');
});
