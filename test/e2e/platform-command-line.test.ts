import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../cli/start.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'cache-ops-secrets-'));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function start(args: string[]): Promise<{ stdout: string; exitCode: number | null }> {
  const child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [stdout, exitCode] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ]);
  return { stdout, exitCode };
}

const secret = '{"city": {"password": "hunter2"';
const refused: [string, string[], RegExp][] = [
  ['an unknown operation, naming the known ones', ['clear', '{}'], /clear-rest-cache.*refresh-service/],
  ['an operation without input', ['clear-rest-cache'], /input of clear-rest-cache is missing/],
  ['an input that is no JSON', ['clear-rest-cache', '{target: x}'], /input is no JSON/],
  ['an input that the shell took apart', ['clear-rest-cache', '{}', 'x'], /quotes/],
  ['an unknown option', ['clear-rest-cache', '{}', '--secret', 'x'], /--secret/],
  ['anything after runs', ['runs', '{}'], /runs takes nothing else/],
  ['a secrets file without an operation', ['--secrets', 'x.json'], /needs an operation/],
  ['a secrets file that cannot be read', ['clear-rest-cache', '{}', '--secrets', join(directory, 'none')], /none/],
  ['a secrets file that is no JSON', ['clear-rest-cache', '{}', '--secrets', file('broken', secret)], /no JSON/],
  ['a secrets file that is no object', ['clear-rest-cache', '{}', '--secrets', file('list', '[]')], /JSON object/],
];
for (const [name, args, message] of refused) {
  test(`refuses ${name}`, async () => {
    const { stdout, exitCode } = await start(args);

    const answer = JSON.parse(stdout);
    assert.equal(exitCode, 1);
    assert.deepEqual(Object.keys(answer), ['error', 'message']);
    assert.equal(answer.error, 'UsageError');
    assert.match(answer.message, message);
    assert.doesNotMatch(stdout, /hunter2/);
  });
}

test('is npx cache-ops too, in a checkout', () => {
  const { stdout, status } = spawnSync('npx', ['--no', 'cache-ops', 'completion', 'bash'], { encoding: 'utf8' });

  assert.equal(status, 0);
  assert.match(stdout, /^complete -F _cache_ops cache-ops$/m);
});
