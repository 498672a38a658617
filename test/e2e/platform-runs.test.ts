import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runsTable } from '../../cli/runs-table.ts';
import { LedgerFile } from '../../local/ledger-file.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { plainScreen } from '../support/screens.ts';

const MODULE = fileURLToPath(new URL('../../local/ledger-file.ts', import.meta.url));

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-runs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state');
}

function opened(t: TestContext, folder = folderOf(t)): LedgerFile {
  const file = new LedgerFile(folder);
  t.after(() => file.close());
  return file;
}

const run = (number: number, more: object = {}) => ({
  operation: 'refresh-service',
  name: `run-${number}`,
  startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString(),
  ...more,
});

/** Another command, which does this with its own `file`. */
function inAnotherProcess(folder: string, script: string) {
  const program = `
    import { LedgerFile } from ${JSON.stringify(MODULE)};
    const file = new LedgerFile(${JSON.stringify(folder)});
    ${script}`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const names = (entries: { name: string }[]) => entries.map(({ name }) => name);

test('keeps runs, plans and pauses as they were written last, the newest run first, and nothing else', (t) => {
  const folder = folderOf(t);
  const first = opened(t, folder);
  for (const entry of [run(1, { status: 'running' }), run(2), run(1, { status: 'succeeded' })]) first.keep(entry);
  first.keep({ operation: 'plan', name: 'refresh-service/run-1', progress: '{}' });
  first.keep({ operation: 'pause', name: 'gis', until: '2030-01-01T00:00:00Z' });
  first.keep({ operation: 'claim', name: 'gis/Basemap.MapServer', holder: 'run-1' });

  const next = opened(t, folder);

  assert.deepEqual(names(next.runs()), ['run-2', 'run-1']);
  assert.equal(next.run(run(1))?.['status'], 'succeeded');
  assert.deepEqual(
    next.load('ended').map(({ operation }) => operation),
    ['pause', 'plan', 'refresh-service', 'refresh-service'],
  );
});

test('forgets what has expired, and has no runs before the first command', (t) => {
  const folder = folderOf(t);
  const first = opened(t, folder);
  assert.match(runsTable(first.runs(), plainScreen()), /Nothing has been run/);
  first.keep(run(1, { expiresAt: Date.now() / 1000 - 1 }));
  first.keep(run(2, { expiresAt: Date.now() / 1000 + 60 }));

  assert.deepEqual(names(opened(t, folder).runs()), ['run-2']);
});

test('commands at once lose nothing of each other’s', async (t) => {
  const folder = folderOf(t);
  const writers = [1, 2, 3, 4].map((number) =>
    inAnotherProcess(
      folder,
      `for (let i = 0; i < 100; i += 1)
         file.keep({ operation: 'refresh-service', name: 'run-${number}-' + i, startedAt: new Date().toISOString() });`,
    ),
  );
  const codes = await Promise.all(writers.map(async (child) => (await once(child, 'exit'))[0]));

  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(new Set(names(opened(t, folder).runs())).size, 400);
});

const KILLED: [was: object, becomes: string, cause: RegExp][] = [
  [{ status: 'running', jobId: 'j1' }, 'uncertain', /Whether its job j1 runs on is not known/],
  [{ status: 'submitting' }, 'uncertain', /Whether a job of it runs on is not known/],
  [{ status: 'waiting' }, 'cancelled', /before anything was sent/],
];
for (const [was, becomes, cause] of KILLED) {
  test(`a run of a command that was killed while it was ${Object(was).status} ends as ${becomes}`, async (t) => {
    const folder = folderOf(t);
    const entry = JSON.stringify(run(1, { ...was, open: 'yes' }));
    const command = inAnotherProcess(
      folder,
      `file.keep(${entry}); process.stdout.write('kept'); setInterval(() => {}, 1e6);`,
    );
    await once(command.stdout, 'data');
    const before = opened(t, folder);
    assert.equal(before.run(run(1))?.['open'], 'yes');
    assert.deepEqual(before.load('ended'), []);
    assert.deepEqual(names(before.load('all')), ['run-1']);

    command.kill('SIGKILL');
    await once(command, 'exit');
    const after = opened(t, folder);

    const ended = after.run(run(1));
    assert.equal(ended?.['status'], becomes);
    assert.match(String(ended?.['cause']), cause);
    assert.deepEqual(names(after.load('ended')), ['run-1']);
  });
}

test('a run is asked to stop by another command, and its own is told once', async (t) => {
  const folder = folderOf(t);
  const mine = opened(t, folder);
  mine.keep(run(1, { open: 'yes' }));
  assert.equal(mine.hasNews(), false);

  const other = inAnotherProcess(folder, `file.askToStop({ operation: 'refresh-service', name: 'run-1' });`);
  await once(other, 'exit');

  assert.equal(mine.hasNews(), true);
  assert.deepEqual(names(mine.asked()), ['run-1']);
  assert.deepEqual(mine.asked(), []);
});

test('says where it is where it cannot be opened', (t) => {
  const folder = folderOf(t);
  writeFileSync(folder, 'no folder');

  assert.throws(() => new LedgerFile(folder), { message: new RegExp(`The ledger in ${folder} cannot be opened: `) });
});

test('lies in a checkout, or where an account keeps its state, or where it was told to', () => {
  const installed = join('/home/gis', 'node_modules', 'cache-ops');

  assert.equal(stateFolder({}, '/home/gis/cache-ops/'), '/home/gis/cache-ops/.cache-ops');
  assert.equal(stateFolder({ XDG_STATE_HOME: '/state' }, installed), '/state/cache-ops');
  assert.equal(stateFolder({ CACHE_OPS_STATE: '/mine', XDG_STATE_HOME: '/state' }, installed), '/mine');
});
