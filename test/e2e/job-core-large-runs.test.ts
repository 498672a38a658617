import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startJobPlatform } from '../support/job-platform.ts';

const TILES = 'manage-map-server-cache-tiles';
/** JSON writes a quote as two bytes, and as four in a text inside of a text. */
const QUOTES = '"'.repeat(48_000);
const TEXT = '"'.repeat(500);

it('a run with the largest input and the largest result passes every state, on the local platform as strict as AWS', async (t) => {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 300 } });
  t.after(() => platform.close());
  const ring = [[-5, -5], [-5, 5], [5, 5], [-5, -5]]; // biome-ignore format: a ring reads better in one line
  const areaOfInterest = { features: [{ attributes: { text: QUOTES }, geometry: { rings: [ring] } }] };
  const input = {
    target: platform.target,
    inputService: 'Basemap.MapServer',
    updateMode: 'DELETE_TILES',
    areaOfInterest,
  };
  const messages = Array.from({ length: 40 }, () => ({ type: 'esriJobMessageTypeInformative', description: TEXT }));
  platform.onInvoke(({ functionName, moment }) => {
    const [job] = platform.emulator.jobs.list();
    if (functionName !== 'check-job' || moment !== 'before' || job === undefined) return;
    if (platform.clock.now() < job.submittedAt + 290_000) return;
    const body = JSON.stringify({ jobId: job.id, jobStatus: 'esriJobSucceeded', messages });
    platform.emulator.faults.push({ path: /\/jobs\/\w+$/, answer: { status: 200, body } });
  });

  const execution = platform.start(TILES, input, 'large');
  await platform.idle();

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  const entry = (await platform.ledger.get(TILES, 'large')) ?? {};
  assert.equal(entry['status'], 'succeeded');
  assert.deepEqual(JSON.parse(String(entry['input'])), input);
  assert.equal(Object(execution.output).messages.length, 20);
  assert.ok(JSON.stringify(execution.output).length > 20_000);
});
