import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { plantSecrets, startCommand } from '../support/local-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-check-target-'));
after(() => rmSync(folder, { recursive: true }));

const PASSWORD = 'planted-Password-7';
plantSecrets(PASSWORD);
const secrets = join(folder, 'secrets.json');
const secret = { vendor: 'arcgis', url: 'http://127.0.0.1:1/arcgis', username: 'svc', password: PASSWORD };
writeFileSync(secrets, JSON.stringify({ city: secret }));

async function run(...args: string[]) {
  const command = startCommand(['check-target', ...args]);
  const stdout = await command.stdout;
  const [exitCode] = await command.exited;
  return { stdout, exitCode };
}

test('check-target shows a table, and is content with a right target', async () => {
  const { stdout, exitCode } = await run('arcgis');

  assert.match(stdout, /^Check +Status +Advice\n-+ +-+ +-+\nsecret +ok\naddress +ok\n/);
  assert.match(stdout, /\nservices +ok\n$/);
  assert.equal(exitCode, 0);
});

test('check-target exits with 1 where a check failed, with the same as JSON for programs', async () => {
  const { stdout, exitCode } = await run('city', '--secrets', secrets, '--json');

  const { status, checks } = JSON.parse(stdout);
  assert.equal(status, 'failed');
  assert.deepEqual(checks[0], { check: 'secret', status: 'ok' });
  assert.match(checks[1].advice, /ECONNREFUSED/);
  assert.equal(exitCode, 1);
});

test('check-target names the targets that there are, and refuses what is no name', async () => {
  const [unknown, unfit] = await Promise.all([run('ctiy', '--secrets', secrets, '--json'), run('a b')]);

  assert.match(
    JSON.parse(unknown.stdout).checks[0].advice,
    /has the targets city, and not "ctiy"\. Did you mean city\?/,
  );
  assert.equal(JSON.parse(unfit.stdout).error, 'InvalidInputError');
  assert.deepEqual([unknown.exitCode, unfit.exitCode], [1, 1]);
});
