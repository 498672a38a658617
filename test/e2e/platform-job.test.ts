import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const DAY_SECONDS = 86_400;

async function platformOf(t: TestContext, jobSeconds: number): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds } });
  t.after(() => platform.close());
  return platform;
}

const landsat = ({ target }: JobPlatform) => ({
  target,
  serviceFolder: 'Imagery',
  serviceName: 'Landsat',
  serviceType: 'ImageServer',
});

test('runs a job of two days in virtual time, emulator, functions and ledger on one clock', async (t) => {
  const platform = await platformOf(t, 2 * DAY_SECONDS);

  const execution = platform.start('refresh-service', landsat(platform), 'two-days');
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  const run = await platform.ledger.get('refresh-service', 'two-days');
  assert.equal(run?.['status'], 'succeeded');
  assert.equal(run['startedAt'], '2026-01-01T00:00:00.000Z');
  const [job] = platform.emulator.jobs.list();
  assert.equal(job?.endedAt, Date.parse('2026-01-03T00:00:00Z'));
  assert.ok(String(run['finishedAt']).startsWith('2026-01-03T00:0'), String(run['finishedAt']));
});

test('lets a test stop an execution at a state, and sees the job cancelled', async (t) => {
  const platform = await platformOf(t, 600);
  platform.onState(({ execution, state, moment }) => {
    if (state === 'Watch' && moment === 'before') execution.abort();
  });

  const execution = platform.start('refresh-service', landsat(platform));
  await platform.idle();

  assert.equal(execution.status, 'ABORTED');
  assert.deepEqual(
    platform.emulator.jobs.list().map(({ status }) => status),
    ['esriJobCancelled'],
  );
});

test("lets a test take the place of a function's answer", async (t) => {
  const platform = await platformOf(t, 600);
  const invoked: unknown[] = [];
  platform.onInvoke(({ functionName, moment }) => {
    invoked.push([functionName, moment]);
    throw Object.assign(new Error('refused'), { name: 'VendorAuthError' });
  });

  const execution = platform.start('refresh-service', landsat(platform));
  await execution.ended;

  assert.equal(execution.error, 'VendorAuthError');
  assert.deepEqual(invoked, [['refresh-service', 'before']]);
});
