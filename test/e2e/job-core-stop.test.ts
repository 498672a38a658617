import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import type { StateMoment } from '../../local/state-player.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const OPERATION = 'delete-map-server-cache';
const STREETS = 'CachedServices/Streets.MapServer';
const NAME = 'to-be-stopped';

/** The states that a run passes which hands its watch over once, and those of the machines that it runs. */
const STATES: [machine: string, state: string][] = [
  ...[
    'Prepare',
    'Enter the ledger',
    'Take a turn',
    'Whose turn is it?',
    'Note the submit',
    'Submit',
    'Is the job watched?',
    'Record the job',
    'Renew the lease',
    'Watch',
    'How is the job?',
    'Note the progress',
    'Write the result',
    'Release the service',
    'Done',
  ].map((state): [string, string] => [OPERATION, state]),
  ...['Begin', 'Look at the clock', 'Look at the claim', 'Look at the queue', 'Claim the service', 'Holder'].map(
    (state): [string, string] => ['take-turn', state],
  ),
  ...['Take the watch', 'Wait', 'Check', 'Is it still running?', 'End of the window'].map((state): [string, string] => [
    'watch-job',
    state,
  ]),
];

const TASKS = [
  'Prepare',
  'Enter the ledger',
  'Take a turn',
  'Note the submit',
  'Submit',
  'Record the job',
  'Renew the lease',
  'Watch',
  'Note the progress',
  'Write the result',
  'Release the service',
  'Look at the clock',
  'Look at the claim',
  'Look at the queue',
  'Claim the service',
  'Check',
];

/** What the submitting function asks the server, in this order. */
const REQUESTS = [/rest\/info$/, /generateToken$/, /Streets\/MapServer$/, /submitJob$/];

async function platformOf(t: TestContext): Promise<JobPlatform> {
  // Long enough for more than a hundred polls, so that every state is passed.
  const platform = await startJobPlatform({ emulator: { jobSeconds: 2000 } });
  for (const service of platform.emulator.services.values()) service.progress = false;
  t.after(() => platform.close());
  return platform;
}

function start(platform: JobPlatform) {
  const { target } = platform;
  return platform.start(OPERATION, { target, inputService: STREETS, confirm: STREETS }, NAME);
}

/** No job of ours runs on, the ledger says how it is, and the service is free for the next. */
async function assertStopped({ emulator, ledger, target }: JobPlatform): Promise<void> {
  const jobs = emulator.jobs.list().map(({ status }) => status);
  assert.ok(jobs.length <= 1 && jobs.every((status) => /Cancelled|Succeeded/.test(status)), jobs.join());
  const run = await ledger.get(OPERATION, NAME);
  const expected = jobs.flatMap((status) => (status === 'esriJobCancelled' ? ['cancelled'] : ['stopped', 'succeeded']));
  if (run !== undefined)
    assert.ok(
      (expected.length > 0 ? expected : ['cancelled', 'stopped']).includes(String(run['status'])),
      `${run['status']} for ${jobs}`,
    );
  if (run !== undefined && run['status'] === 'cancelled' && jobs.length > 0) {
    assert.equal(run['jobId'], emulator.jobs.list()[0]?.id);
  }
  const claim = await ledger.get('claim', `${target}/${STREETS}`);
  assert.ok(claim === undefined || claim['releasedAt'] !== undefined, 'the service is still claimed');
}

describe('an execution that is stopped', () => {
  for (const [machine, state] of STATES) {
    // Only tasks have a moment after them.
    for (const moment of TASKS.includes(state) ? (['before', 'after'] as const) : (['before'] as const)) {
      it(`${moment} "${state}" of ${machine} leaves no job running, and the ledger agrees`, async (t) => {
        const platform = await platformOf(t);
        let met = false;
        platform.onState((at: StateMoment) => {
          if (met || at.machine !== machine || at.state !== state || at.moment !== moment) return;
          met = true;
          execution.abort();
        });

        const execution = start(platform);
        await platform.idle();

        assert.ok(met, 'the state was never entered');
        await assertStopped(platform);
      });
    }
  }

  for (const path of REQUESTS) {
    it(`while the submitting function asks ${path} leaves no job running`, async (t) => {
      const platform = await platformOf(t);
      const { requests } = platform.emulator;
      const push = requests.push.bind(requests);
      let stopped = false;
      requests.push = (...seen) => {
        if (!stopped && seen.some((request) => path.test(request.path))) {
          stopped = true;
          execution.abort();
        }
        return push(...seen);
      };

      const execution = start(platform);
      await platform.idle();

      assert.equal(execution.status, 'ABORTED');
      await assertStopped(platform);
    });
  }

  it('is cancelled through the Admin API where REST refuses, because the job is only submitted', async (t) => {
    const platform = await startJobPlatform({ emulator: { jobSeconds: 100_000 } });
    t.after(() => platform.close());
    platform.onState(({ state, moment }) => {
      if (state === 'Watch' && moment === 'before') execution.abort();
    });

    const execution = start(platform);
    await platform.idle();

    const cancels = platform.emulator.requests
      .filter(({ path }) => path.endsWith('/cancel'))
      .map(({ path }) => path.includes('/admin/'));
    assert.deepEqual(cancels, [false, true]);
    await assertStopped(platform);
  });

  it('is cancelled also when the server is down at the first attempts', async (t) => {
    const platform = await platformOf(t);
    const down = { path: /./, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };
    platform.onState(({ machine, state, moment }) => {
      if (machine === OPERATION && state === 'Watch' && moment === 'before') {
        execution.abort();
        platform.emulator.faults.push(down, down, down, down);
      }
    });

    const execution = start(platform);
    await platform.idle();

    assert.equal(platform.emulator.faults.length, 0);
    await assertStopped(platform);
  });

  it('after its failure was recorded frees the service that it holds', async (t) => {
    const platform = await platformOf(t);
    platform.onState(({ state, moment }) => {
      if (state === 'Release the service after the failure' && moment === 'before') execution.abort();
    });
    const { target } = platform;

    const input = { target, inputService: 'Nowhere.MapServer', confirm: 'Nowhere.MapServer' };
    const execution = platform.start(OPERATION, input, NAME);
    await platform.idle();

    assert.equal(execution.status, 'ABORTED');
    const claim = await platform.ledger.get('claim', `${target}/Nowhere.MapServer`);
    assert.notEqual(claim?.['releasedAt'], undefined);
    assert.equal((await platform.ledger.get(OPERATION, NAME))?.['error'], 'VendorRejectedError');
  });

  it('keeps its service while its job may run on: the next one waits until the server is up and the job cancelled', async (t) => {
    const platform = await startJobPlatform({ emulator: { jobSeconds: 8_000 } });
    t.after(() => platform.close());
    const down = { path: /./, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };
    const { target } = platform;
    platform.onState(({ state, moment, machine }) => {
      if (machine !== OPERATION || state !== 'Submit' || moment !== 'after' || next !== undefined) return;
      execution.abort();
      platform.emulator.faults.push(...Array(50).fill(down));
      next = platform.start(
        'refresh-service',
        { target, serviceFolder: 'CachedServices', serviceName: 'Streets', serviceType: 'MapServer' },
        'next',
      );
    });
    let next: Execution | undefined;

    const execution = start(platform);
    await platform.idle();

    const [first, second] = platform.emulator.jobs.list();
    assert.deepEqual([first?.status, second?.status], ['esriJobCancelled', 'esriJobSucceeded']);
    assert.ok((first?.endedAt ?? 0) > (first?.submittedAt ?? 0) + 3_600_000, 'the server was down for an hour');
    assert.ok((second?.submittedAt ?? 0) >= (first?.endedAt ?? Number.POSITIVE_INFINITY));
    assert.equal(next?.status, 'SUCCEEDED');
  });
});
