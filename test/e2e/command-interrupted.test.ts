import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { startCommand as start } from '../support/local-command.ts';

const runsSchema = z.array(z.object({ operation: z.string(), startedAt: z.string(), status: z.string() }));
const JOB = { target: 'arcgis', inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };

/** Starts a job of several seconds and gives the command when it tells of the vendor's job. */
async function startedJob() {
  const command = start(['manage-map-server-cache-tiles', JSON.stringify(JOB)]);
  await command.showing('esriJob');
  return command;
}

test('an interrupted command stops its job first and says what became of it; its run is in the list', async () => {
  const startedAt = new Date().toISOString();
  const { interrupt, stdout, exited, shown } = await startedJob();

  // As npm passes Ctrl-C on: one press comes twice.
  interrupt();
  interrupt();
  const [exitCode] = await exited;
  const runs = runsSchema.parse(JSON.parse(await start(['runs', '--json']).stdout));

  assert.equal(exitCode, 130);
  const { error, message } = JSON.parse(await stdout);
  assert.equal(error, 'JobCancelledError');
  assert.match(message, /^The run was stopped: its job j\w+ (?:is cancelled on the server|had ended by itself)/);
  assert.match(shown(), /manage-map-server-cache-tiles .* stopped: its job j\w+ /);
  assert.doesNotMatch(shown(), /cancel-run|failed:|Runtime/);
  const ours = runs.filter((run) => run.operation === 'manage-map-server-cache-tiles' && run.startedAt >= startedAt);
  assert.ok(
    ours.some(({ status }) => status === 'cancelled' || status === 'stopped'),
    JSON.stringify(runs),
  );
});

test('a command that is interrupted twice ends at once', async () => {
  const { interrupt, stdout, exited, shown } = await startedJob();
  interrupt();
  // Longer than the two signals of one press are apart.
  await setTimeout(700);

  interrupt();
  const [exitCode] = await exited;

  assert.equal(exitCode, 130);
  assert.equal(await stdout, '');
  assert.doesNotMatch(shown(), /stopped: its job/);
});
