import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../local/start.ts', import.meta.url));

function start(args: string[]) {
  const child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, stdout: text(child.stdout), exited: once(child, 'exit') };
}

test('the tour runs all five operations, schedules and dropped rasters, and says so in a table', async () => {
  const { child, stdout, exited } = start([]);
  child.stderr.resume();

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
  for (const { child } of commands) child.stderr.resume();

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
  let shown = '';
  await new Promise<void>((resolve, reject) => {
    command.child.on('exit', () => reject(new Error(shown)));
    command.child.stderr.on('data', (chunk) => {
      shown += String(chunk);
      if (shown.includes('esriJob')) resolve();
    });
  });
  return { ...command, shown: () => shown };
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
