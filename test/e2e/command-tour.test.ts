import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { arcgisAddresses, arcgisSecrets, libraryAddresses, librarySecrets } from '../../local/record.ts';
import { plantSecrets, recordSaid, startCommand as start } from '../support/local-command.ts';

test('the tour runs all five operations, schedules and dropped rasters, and says so in a table', async () => {
  const { stdout, exited } = start([]);

  const table = await stdout;
  const [exitCode] = await exited;

  assert.equal(exitCode, 0, table);
  const rows = table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split(/ {2,}/));
  const startedBy = (starter: string) => rows.filter((row) => row[1] === starter).map((row) => row[0]);
  assert.deepEqual(startedBy('hand').sort(), [
    'clear-rest-cache',
    'delete-map-server-cache',
    'manage-map-server-cache-tiles',
    'purge-microstrategy-caches',
    'refresh-service',
  ]);
  assert.deepEqual(startedBy('new rasters'), ['refresh-service']);
  assert.deepEqual(startedBy('schedule nightly-rest-cache'), ['clear-rest-cache']);
  assert.ok(
    rows.every((row) => row[3] === 'succeeded'),
    table,
  );
});

test('two commands at once do not get in each other’s way', async () => {
  const input = JSON.stringify({ target: 'arcgis' });
  const commands = [start(['clear-rest-cache', input]), start(['clear-rest-cache', input])];

  const results = await Promise.all(commands.map(async ({ stdout }) => JSON.parse(await stdout)));

  assert.deepEqual(
    results.map(({ status, scope }) => [status, scope]),
    [
      ['succeeded', 'all'],
      ['succeeded', 'all'],
    ],
  );
});

/** Starts a job of several seconds and gives the command when it tells of the vendor's job. */
async function startedJob() {
  const input = { target: 'arcgis', inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };
  const command = start(['manage-map-server-cache-tiles', JSON.stringify(input)]);
  await new Promise<void>((resolve, reject) => {
    command.child.on('exit', () => reject(new Error(command.shown())));
    command.child.stderr.on('data', () => {
      if (command.shown().includes('esriJob')) resolve();
    });
  });
  return command;
}

test('an interrupted command stops its job first and prints no result; its run is in the list', async () => {
  const startedAt = Math.floor(Date.now() / 1000) * 1000;
  const { child, stdout, exited, shown } = await startedJob();

  // As npm passes Ctrl-C on: one press comes twice.
  child.kill('SIGINT');
  child.kill('SIGINT');
  const [exitCode] = await exited;
  const runs = await start(['runs']).stdout;

  assert.equal(exitCode, 130);
  assert.equal(await stdout, '');
  assert.match(shown(), /cancel-run .* succeeded/);
  const stopped = runs.split('\n').filter((line) => / person +(?:cancelled|stopped) /.test(line));
  assert.ok(
    stopped.some((line) => Date.parse(line.slice(0, 23)) >= startedAt),
    runs,
  );
});

test('a command that is interrupted twice ends at once', async () => {
  const { child, stdout, exited, shown } = await startedJob();
  child.kill('SIGINT');
  // Longer than the two signals of one press are apart.
  await setTimeout(700);

  child.kill('SIGINT');
  const [exitCode] = await exited;

  assert.equal(exitCode, 130);
  assert.equal(await stdout, '');
  assert.doesNotMatch(shown(), /cancel-run .* succeeded/);
});

test('a long-lived token, an API token and a wrong password are in nothing that commands with them say', async (t) => {
  const [arcgis, library] = await Promise.all([startArcgisEmulator(), startMicrostrategyEmulator()]);
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-secrets-'));
  t.after(async () => {
    await Promise.all([arcgis.close(), library.close()]);
    rmSync(folder, { recursive: true });
  });
  const { value: token } = arcgis.tokens.issue(arcgis.tokens.users.siteadmin, 60, 'https://cache-ops');
  const apiToken = library.accounts.apiToken.username;
  const wrong = 'a-Wrong-Secret-1';
  const bi = { vendor: 'microstrategy', url: library.url };
  const targets = {
    gis: { vendor: 'arcgis', url: arcgis.url, token },
    bi: { ...bi, apiToken },
    refused: { ...bi, username: library.username, password: wrong },
  };
  const secrets = join(folder, 'secrets.json');
  writeFileSync(secrets, JSON.stringify(targets));
  const inputs = [
    ['clear-rest-cache', { target: 'gis' }],
    ['purge-microstrategy-caches', { target: 'bi', projects: 'ALL' }],
    ['purge-microstrategy-caches', { target: 'refused', projects: 'ALL' }],
  ];

  const commands = inputs.map(([operation, input]) =>
    start([String(operation), JSON.stringify(input), '--secrets', secrets]),
  );
  const answers = await Promise.all(commands.map(async ({ stdout }) => JSON.parse(await stdout)));

  assert.deepEqual(
    answers.map(({ status, error }) => status ?? error),
    ['succeeded', 'succeeded', 'VendorAuthError'],
  );
  // Searched for after the last test: these, and the tokens and cookies that the servers gave and got back.
  const planted = [wrong, ...arcgisSecrets(arcgis), ...librarySecrets(library)];
  assert.ok([token, apiToken].every((secret) => planted.includes(secret)));
  plantSecrets(...planted);
  recordSaid('an address', [...arcgisAddresses(arcgis), ...libraryAddresses(library)]);
});
