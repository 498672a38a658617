import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { get } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixture } from '../support/tls.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND: readonly string[] = [process.execPath, 'local/emulators/serve.ts'];

interface Access {
  url: string;
  username: string;
  password: string;
}

interface Run {
  readonly child: ChildProcess;
  readonly firstLine: Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts the command in a process group of its own, as a terminal does, so that a test can interrupt all of it. */
function run(t: TestContext, args: readonly string[], [program = '', ...first] = COMMAND): Run {
  const child = spawn(program, [...first, ...args], { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close');
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
    await exited;
  });
  const firstLine = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const ended = Promise.all([text(child.stdout), text(child.stderr), exited]).then(([stdout, stderr]) => ({
    code: child.exitCode,
    stdout,
    stderr,
  }));
  return { child, firstLine, ended };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  assert.ok(pid !== undefined);
  process.kill(-pid, signal);
}

function readAccess(line: string): { arcgis: Access; microstrategy: Access } {
  const { arcgis, microstrategy, ...others } = JSON.parse(line);
  assert.deepEqual(others, {});
  for (const access of [arcgis, microstrategy]) {
    assert.deepEqual(Object.keys(access), ['url', 'username', 'password']);
    assert.match(access.url, /^http:\/\/127\.0\.0\.1:\d+\/\w+$/);
  }
  return { arcgis, microstrategy };
}

const fixturePath = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

async function readOverTls(url: string): Promise<unknown> {
  const [response] = await once(get(url, { ca: fixture('ca.pem') }), 'response');
  return JSON.parse(await text(response));
}

async function isClosed(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

test('one line says how to reach both emulators, and they answer there', async (t) => {
  const { firstLine } = run(t, []);

  const { arcgis, microstrategy } = readAccess(await firstLine);

  const info = await fetch(`${arcgis.url}/rest/info?f=json`);
  const { username, password } = microstrategy;
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ loginMode: 1, username, password });
  const login = await fetch(`${microstrategy.url}/api/auth/login`, { method: 'POST', headers, body });
  assert.deepEqual([info.status, login.status], [200, 204]);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} closes both emulators and ends the command with success`, async (t) => {
    const { child, firstLine, ended } = run(t, []);
    const { arcgis, microstrategy } = readAccess(await firstLine);

    child.kill(signal);
    const { code, stdout } = await ended;

    assert.equal(code, 0);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.deepEqual([await isClosed(arcgis.url), await isClosed(microstrategy.url)], [true, true]);
  });
}

test('npm run emulators serves until the terminal interrupts it', async (t) => {
  const { child, firstLine, ended } = run(
    t,
    ['--microstrategy-port', '0'],
    ['npm', 'run', '--silent', 'emulators', '--'],
  );
  const { arcgis, microstrategy } = readAccess(await firstLine);

  signalGroup(child, 'SIGINT');
  // How npm itself ends then is its own affair; its output ends when the emulators have.
  await ended;

  assert.deepEqual([await isClosed(arcgis.url), await isClosed(microstrategy.url)], [true, true]);
});

for (const option of ['--arcgis-port', '--microstrategy-port']) {
  test(`${option} that is in use is refused with the port and the option`, async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);

    const { code, stdout, stderr } = await run(t, [option, String(address.port)]).ended;

    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr.split('\n')[0] ?? '', new RegExp(`port ${address.port} is in use.*${option}`));
  });

  test(`${option} decides where its emulator listens`, async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    await new Promise((resolve) => server.close(resolve));

    const served = readAccess(await run(t, [option, String(address.port)]).firstLine);

    const { url } = option === '--arcgis-port' ? served.arcgis : served.microstrategy;
    assert.equal(new URL(url).port, String(address.port));
  });
}

test('--federated with a certificate serves a portal too, and both servers over https', async (t) => {
  const files = ['--certificate', fixturePath('server.pem'), '--key', fixturePath('server-key.pem')];
  const { firstLine } = run(t, ['--federated', ...files]);

  const { arcgis, microstrategy } = JSON.parse(await firstLine);

  const [info, status] = await Promise.all([
    readOverTls(`${arcgis.portalUrl}/sharing/rest/info?f=json`),
    readOverTls(`${microstrategy.url}/api/status`),
  ]);
  assert.match(arcgis.url, /^https:/);
  assert.partialDeepStrictEqual(info, { owningSystemUrl: arcgis.portalUrl });
  assert.partialDeepStrictEqual(status, { deploymentType: 'onprem' });
});

test('a certificate without its key, or one that is not there, is refused and nothing is served', async (t) => {
  const [alone, missing] = await Promise.all([
    run(t, ['--certificate', fixturePath('server.pem')]).ended,
    run(t, ['--certificate', 'none.pem', '--key', fixturePath('server-key.pem')]).ended,
  ]);

  assert.deepEqual([alone.code, alone.stdout, missing.code, missing.stdout], [1, '', 1, '']);
  assert.match(alone.stderr, /--certificate and --key belong together/);
  assert.match(missing.stderr, /none\.pem/);
});

for (const args of [
  ['--arcgis-port', 'http'],
  ['--microstrategy-port', '65536'],
  ['--microstrategy-port='],
  ['--arcgis-port'],
  ['--port', '1'],
  ['arcgis'],
]) {
  test(`the arguments "${args.join(' ')}" are refused by name and nothing is served`, async (t) => {
    const { code, stdout, stderr } = await run(t, args).ended;

    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr.split('\n')[0] ?? '', new RegExp(args[0]?.replace('=', '') ?? ''));
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });
}
