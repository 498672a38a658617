import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runsTable } from '../../cli/runs-table.ts';
import { RunFiles } from '../../local/run-files.ts';
import { plainScreen } from '../support/screens.ts';

function directoryOf(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'cache-ops-runs-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'runs');
}

const run = (number: number, more: object = {}) => ({
  operation: 'refresh-service',
  name: `run-${number}`,
  startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString(),
  ...more,
});

test('keeps the newest two hundred runs, the newest first', async (t) => {
  const directory = directoryOf(t);
  const files = new RunFiles(directory);

  await files.save(Array.from({ length: 150 }, (_, number) => run(number)));
  await files.save(Array.from({ length: 60 }, (_, number) => run(150 + number)));

  const names = (await files.read()).map(({ name }) => name);
  assert.deepEqual(
    names,
    Array.from({ length: 200 }, (_, index) => `run-${209 - index}`),
  );
  assert.equal(readdirSync(directory).length, 200);
});

test('replaces a run that is saved again, and survives several commands at once', async (t) => {
  const directory = directoryOf(t);
  await new RunFiles(directory).save([run(1, { status: 'running' })]);

  await Promise.all(
    [1, 2, 3].map((number) => new RunFiles(directory).save([run(1, { status: 'succeeded' }), run(number)])),
  );

  const kept = await new RunFiles(directory).read();
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['run-3', 'run-2', 'run-1'],
  );
});

test('has no runs before the first command', async (t) => {
  const runs = await new RunFiles(directoryOf(t)).read();

  assert.deepEqual(runs, []);
  assert.match(runsTable(runs, plainScreen()), /Nothing has been run/);
});
