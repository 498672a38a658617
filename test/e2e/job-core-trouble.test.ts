import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const OPERATION = 'delete-map-server-cache';
const STREETS = 'CachedServices/Streets.MapServer';

async function platformOf(t: TestContext, jobSeconds: number): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds } });
  t.after(() => platform.close());
  return platform;
}

function start({ start: startMachine, target }: JobPlatform, name: string, more: object = {}): Execution {
  return startMachine(OPERATION, { target, inputService: STREETS, confirm: STREETS, ...more }, name);
}

describe('trouble that passes', () => {
  for (const [what, answer] of [
    ['HTTP 500', { status: 500, body: 'Internal Server Error' }],
    ['code 500', { status: 200, body: '{"error":{"code":500,"message":"Unable to complete operation."}}' }],
    ['a page with HTTP 404', { status: 404, body: '<html>Not found</html>' }],
  ] as const) {
    it(`at the first attempt to cancel does not let the job run on: ${what}`, async (t) => {
      const platform = await platformOf(t, 20_000);
      platform.onState(({ state, moment }) => {
        if (state !== 'Watch' || moment !== 'before') return;
        execution.abort();
        platform.emulator.faults.push({ path: /\/jobs\//, answer });
      });

      const execution = start(platform, 'stopped');
      await platform.idle();

      assert.equal(platform.emulator.faults.length, 0);
      assert.equal(platform.emulator.jobs.list()[0]?.status, 'esriJobCancelled');
      assert.equal((await platform.ledger.get(OPERATION, 'stopped'))?.['status'], 'cancelled');
    });
  }

  it('with the secret, minutes in the middle of a job, does not end the watch', async (t) => {
    const platform = await platformOf(t, 3_000);

    const execution = start(platform, 'watched');
    await platform.clock.after(600, () => platform.setSecret({ url: 'no address' }));
    await platform.clock.after(400, () => platform.setSecret({ url: platform.emulator.url }));
    await execution.ended;

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.equal(platform.emulator.jobs.list().length, 1);
  });
});

describe('the ledger', () => {
  it('does not call a run cancelled whose short job ended by itself before it could be looked for', async (t) => {
    const platform = await platformOf(t, 60);
    platform.onState(({ machine, state, moment }) => {
      if (machine === 'run-job' && state === 'Submit' && moment === 'after') execution.abort();
    });

    const execution = start(platform, 'stopped');
    await platform.idle();

    assert.equal(platform.emulator.jobs.list()[0]?.status, 'esriJobSucceeded');
    const entry = await platform.ledger.get(OPERATION, 'stopped');
    assert.equal(entry?.['status'], 'stopped');
    assert.match(String(entry?.['cause']), /one that was submitted all the same has ended by itself/);
  });

  it('calls an attached run submitted where the other one was only submitted', async (t) => {
    const platform = await platformOf(t, 600);

    const one = start(platform, 'one', { waitForJobCompletion: 'DO_NOT_WAIT' });
    const other = start(platform, 'other', { waitForJobCompletion: 'DO_NOT_WAIT' });
    await Promise.all([one.ended, other.ended]);

    const entries = await Promise.all(['one', 'other'].map((name) => platform.ledger.get(OPERATION, name)));
    assert.deepEqual(
      entries.map((entry) => entry?.['status']),
      ['submitted', 'submitted'],
    );
    assert.equal(platform.emulator.jobs.list().length, 1);
  });
});
