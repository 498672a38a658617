import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const OPERATION = 'delete-map-server-cache';
const STREETS = 'CachedServices/Streets.MapServer';

/** What Lambda reports where the function itself did not end; the names are AWS's. */
const LAMBDA_ERRORS = ['Sandbox.Timedout', 'Lambda.ServiceException', 'Lambda.Unknown', 'Runtime.ExitError'];

async function platformOf(t: TestContext): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 2000 } });
  t.after(() => platform.close());
  return platform;
}

function start({ start: startMachine, target }: JobPlatform) {
  return startMachine(OPERATION, { target, inputService: STREETS, confirm: STREETS }, 'lost');
}

/** The submitting function ends by Lambda's own error, before or after it did its work. */
function breakOff(platform: JobPlatform, name: string, at: 'before' | 'after', times = 1): void {
  let left = times;
  platform.onInvoke(({ functionName, event, moment }) => {
    if (functionName !== OPERATION || !('submit' in Object(event)) || moment !== at || left === 0) return;
    left -= 1;
    throw Object.assign(new Error('RequestId: 1 Error: it broke off'), { name });
  });
}

describe('a submitting function that breaks off', () => {
  for (const name of LAMBDA_ERRORS) {
    it(`by ${name} after its submit has its job found and watched`, async (t) => {
      const platform = await platformOf(t);
      breakOff(platform, name, 'after');

      const execution = start(platform);
      await execution.ended;

      assert.equal(execution.status, 'SUCCEEDED', execution.cause);
      const [job, ...others] = platform.emulator.jobs.list();
      assert.deepEqual([others.length, Object(execution.output).jobId], [0, job?.id]);
      assert.match(String(Object(execution.output).notes), /answer to the submit was lost/);
    });
  }

  it('before its submit fails as uncertain, is not submitted again, and the service is free after the lease', async (t) => {
    const platform = await platformOf(t);
    breakOff(platform, 'Sandbox.Timedout', 'before');

    const execution = start(platform);
    await platform.idle();
    const [lostAt, claim] = [platform.clock.now(), await claimOf(platform)];

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'SubmitUncertainError']);
    assert.match(execution.cause ?? '', /Look for it in ArcGIS Server Manager/);
    assert.equal(platform.emulator.jobs.list().length, 0);
    assert.equal((await platform.ledger.get(OPERATION, 'lost'))?.['error'], 'SubmitUncertainError');
    assert.equal(claim?.['releasedAt'], undefined);
    assert.ok(Date.parse(String(claim?.['leaseUntil'])) - lostAt < 30 * 60_000);
  });

  it('again and again fails as uncertain too, naming what was met and where to look', async (t) => {
    const platform = await platformOf(t);
    breakOff(platform, 'Sandbox.Timedout', 'after', 99);

    const execution = start(platform);
    await platform.idle();

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'SubmitUncertainError']);
    assert.match(
      execution.cause ?? '',
      /ended by Sandbox\.Timedout.*Look for a job of CachedServices.* on target target-/,
    );
    assert.equal(platform.emulator.jobs.list().length, 1);
  });

  it('is looked for also when its execution is stopped meanwhile', async (t) => {
    const platform = await platformOf(t);
    breakOff(platform, 'Sandbox.Timedout', 'after');
    platform.onState(({ state, moment }) => {
      if (state === 'Find the lost job' && moment === 'before') execution.abort();
    });

    const execution = start(platform);
    await platform.idle();

    assert.deepEqual(
      [execution.status, platform.emulator.jobs.list().map(({ status }) => status)],
      ['ABORTED', ['esriJobCancelled']],
    );
    assert.equal((await platform.ledger.get(OPERATION, 'lost'))?.['status'], 'cancelled');
    assert.notEqual((await claimOf(platform))?.['releasedAt'], undefined);
  });
});

const claimOf = ({ ledger, target }: JobPlatform) => ledger.get('claim', `${target}/${STREETS}`);
