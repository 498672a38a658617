import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { assertEnded, assertStopped, NAME, OPERATION, startNext, startRun, stopAt } from '../support/stops.ts';

const DOWN = { path: /./, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };
const BUSY = { path: /Streets\/MapServer$/, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };

async function platformOf(t: TestContext, options: Parameters<typeof startJobPlatform>[0] = {}): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 2000 }, ...options });
  t.after(() => platform.close());
  return platform;
}

type Stop = [machine: string, state: string, moment: 'before' | 'after'];

describe('a run that has failed, and is stopped', () => {
  const UNKNOWN = 'Nowhere.MapServer';
  const stops: Stop[] = [
    ['run-job', 'Nothing runs', 'before'],
    ['run-job', 'Record the failure', 'before'],
    ['run-job', 'Record the failure', 'after'],
    ['hold', 'Free the service', 'before'],
    ['hold', 'Free the service', 'after'],
    [OPERATION, 'Record the failure', 'before'],
    [OPERATION, 'Record the failure', 'after'],
  ];
  for (const [machine, state, moment] of stops) {
    it(`${moment} "${state}" of ${machine} frees the service, and its own error is kept where it was told`, async (t) => {
      const platform = await platformOf(t);
      const isMet = stopAt(platform, { machine, state, moment }, () => execution.abort());

      const execution = startRun(platform, UNKNOWN);
      await platform.idle();

      assert.ok(isMet(), 'the state was never entered');
      assert.equal(execution.status, 'ABORTED');
      const claim = await platform.ledger.get('claim', `${platform.target}/${UNKNOWN}`);
      assert.notEqual(claim?.['releasedAt'], undefined);
      const run = (await platform.ledger.get(OPERATION, NAME)) ?? {};
      const isTold = machine !== 'run-job' || moment === 'after';
      const expected = isTold ? ['failed', 'VendorRejectedError'] : ['stopped', 'JobCancelledError'];
      assert.deepEqual([run['status'], run['error']], expected);
      assertEnded(run);
    });
  }
});

describe('a run in trouble, and stopped,', () => {
  it('while it waits to submit again, leaves no job', async (t) => {
    const platform = await platformOf(t);
    platform.emulator.faults.push(...Array(9).fill(BUSY));
    const place = { machine: 'run-job', state: 'Wait to submit again', moment: 'before' } as const;
    const isMet = stopAt(platform, place, () => {
      execution.abort();
      platform.emulator.faults.length = 0;
    });

    const execution = startRun(platform);
    await platform.idle();

    assert.ok(isMet(), 'the state was never entered');
    assert.equal(platform.emulator.jobs.list().length, 0);
    await assertStopped(platform);
  });

  const lost: Stop[] = [
    ['run-job', 'Wait for the lost submit', 'before'],
    ['run-job', 'Find the lost job', 'before'],
    ['run-job', 'Find the lost job', 'after'],
  ];
  for (const [machine, state, moment] of lost) {
    it(`${moment} "${state}" leaves no job running, and the ledger agrees`, async (t) => {
      const platform = await platformOf(t);
      const forget = platform.onInvoke(({ functionName, event, moment: when }) => {
        if (functionName !== OPERATION || !Object.hasOwn(Object(event), 'submit') || when !== 'after') return;
        forget();
        throw Object.assign(new Error('it broke off'), { name: 'Lambda.Unknown' });
      });
      const isMet = stopAt(platform, { machine, state, moment }, () => execution.abort());

      const execution = startRun(platform);
      await platform.idle();

      assert.ok(isMet(), 'the state was never entered');
      assert.equal(platform.emulator.jobs.list().length, 1);
      await assertStopped(platform);
    });
  }

  const overdue: Stop[] = [
    ['run-job', 'Have the job cancelled', 'before'],
    ['run-job', 'Have the job cancelled', 'after'],
    ['run-job', 'Record the failure', 'after'],
    ['hold', 'Is the service free?', 'before'],
  ];
  for (const [machine, state, moment] of overdue) {
    it(`${moment} "${state}" past its deadline has its job cancelled`, async (t) => {
      const platform = await platformOf(t, { settings: { jobs: { [OPERATION]: { maxDuration: 1 } } } });
      platform.emulator.jobs.nextFates.push('neverEnds');
      const isMet = stopAt(platform, { machine, state, moment }, () => execution.abort());

      const execution = startRun(platform);
      await platform.idle();

      assert.ok(isMet(), 'the state was never entered');
      const [job, ...others] = platform.emulator.jobs.list();
      assert.deepEqual([job?.status, others.length], ['esriJobCancelled', 0]);
      const run = (await platform.ledger.get(OPERATION, NAME)) ?? {};
      assert.ok(['cancelled', 'failed'].includes(String(run['status'])), String(run['status']));
      assertEnded(run);
      const claim = await platform.ledger.get('claim', `${platform.target}/CachedServices/Streets.MapServer`);
      assert.notEqual(claim?.['releasedAt'], undefined);
    });
  }
});

describe('a nested execution that somebody stops', () => {
  for (const [machine, state] of [
    ['hold', 'Whose turn is it?'],
    ['run-job', 'Record the job'],
    ['run-job', 'How is the job?'],
  ] as const) {
    it(`in "${state}" of ${machine} ends its run, and leaves no job running`, async (t) => {
      const platform = await platformOf(t);
      let met = false;
      platform.onState((at) => {
        if (met || at.machine !== machine || at.state !== state) return;
        met = true;
        at.execution.abort();
      });

      const execution = startRun(platform);
      await platform.idle();

      assert.ok(met, 'the state was never entered');
      assert.deepEqual([execution.status, execution.error], ['FAILED', 'AwsUnavailableError']);
      const jobs = platform.emulator.jobs.list().map(({ status }) => status);
      assert.ok(jobs.length <= 1 && jobs.every((status) => /Cancelled|Succeeded/.test(status)), jobs.join());
      const run = (await platform.ledger.get(OPERATION, NAME)) ?? {};
      assert.match(String(run['status']), /failed|cancelled|stopped/);
      assertEnded(run);
      const claim = await platform.ledger.get('claim', `${platform.target}/CachedServices/Streets.MapServer`);
      assert.notEqual(claim?.['releasedAt'], undefined);
    });
  }

  it('in a window of polls is followed by another window', async (t) => {
    const platform = await platformOf(t);
    let met = false;
    platform.onState(({ execution: window, machine, state }) => {
      if (met || machine !== 'watch-job' || state !== 'Check') return;
      met = true;
      window.abort();
    });

    const execution = startRun(platform);
    await platform.idle();

    assert.ok(met, 'the state was never entered');
    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.equal(platform.emulator.jobs.list().length, 1);
  });
});

describe('a job whose run is stopped', () => {
  it('is cancelled through the Admin API where REST refuses, because the job is only submitted', async (t) => {
    const platform = await platformOf(t, { emulator: { jobSeconds: 100_000 } });
    platform.onState(({ state, moment }) => {
      if (state === 'Watch' && moment === 'before') execution.abort();
    });

    const execution = startRun(platform);
    await platform.idle();

    const cancels = platform.emulator.requests
      .filter(({ path }) => path.endsWith('/cancel'))
      .map(({ path }) => path.includes('/admin/'));
    assert.deepEqual(cancels, [false, true]);
    await assertStopped(platform);
  });

  it('is cancelled also when the server is down at the first attempts', async (t) => {
    const platform = await platformOf(t);
    stopAt(platform, { machine: 'run-job', state: 'Watch', moment: 'before' }, () => {
      execution.abort();
      platform.emulator.faults.push(DOWN, DOWN, DOWN, DOWN);
    });

    const execution = startRun(platform);
    await platform.idle();

    assert.equal(execution.status, 'ABORTED');
    assert.equal(platform.emulator.faults.length, 0);
    await assertStopped(platform);
  });

  it('keeps its service while it may run on: the next run waits until the server is up and the job cancelled', async (t) => {
    const platform = await platformOf(t, { emulator: { jobSeconds: 8_000 } });
    let next: Execution | undefined;
    stopAt(platform, { machine: 'run-job', state: 'Submit', moment: 'after' }, () => {
      execution.abort();
      platform.emulator.faults.push(...Array(50).fill(DOWN));
      next = startNext(platform);
    });

    const execution = startRun(platform);
    await platform.idle();

    const [first, second] = platform.emulator.jobs.list();
    assert.deepEqual([first?.status, second?.status], ['esriJobCancelled', 'esriJobSucceeded']);
    assert.ok((first?.endedAt ?? 0) > (first?.submittedAt ?? 0) + 3_600_000, 'the server was down for an hour');
    assert.ok((second?.submittedAt ?? 0) >= (first?.endedAt ?? Number.POSITIVE_INFINITY));
    assert.equal(next?.status, 'SUCCEEDED');
  });
});
