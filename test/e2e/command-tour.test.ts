import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { arcgisAddresses, arcgisSecrets, libraryAddresses, librarySecrets } from '../../local/record.ts';
import { RECORDING } from '../docs/recording.ts';
import { plantSecrets, recordSaid, startCommand as start } from '../support/local-command.ts';

const WORDS = /[a-z]+/gi;

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
  assert.deepEqual(startedBy('new rasters'), ['renew-from-rasters']);
  assert.deepEqual(startedBy('schedule nightly-rest-cache'), ['clear-rest-cache']);
  assert.ok(
    rows.every((row) => row[3] === 'succeeded'),
    table,
  );
  const recorded = new Set(readFileSync(RECORDING, 'utf8').match(WORDS));
  const said = rows.map(([operation, starter, , , , , ...done]) => [operation, starter, ...done].join(' ')).join(' ');
  const missing = said.match(WORDS)?.filter((word) => !recorded.has(word));
  assert.deepEqual(missing, [], 'the README shows another tour: npm run recording');
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
