import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { startWeatherServer } from '../support/weather-server.ts';

const OPERATION = 'manage-map-server-cache-tiles';
const STREETS = 'CachedServices/Streets.MapServer';
const NAME = 'to-be-stopped';
const TWO_HOURS_MS = 2 * 3_600_000;
const ALL_SCALES = '591657527.591555;295828763.795777;147914381.897889;73957190.948944;36978595.474472';
const DOWN = { path: /./, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };

async function platformOf(t: TestContext): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 40_000 } });
  t.after(() => platform.close());
  return platform;
}

function start({ start: startMachine, target }: JobPlatform) {
  return startMachine(OPERATION, { target, inputService: STREETS, updateMode: 'RECREATE_ALL_TILES' }, NAME);
}

/** A person's job for the same service, which asks nobody who is down. */
function personSubmits({ jobs }: ArcgisEmulator, inputs: Record<string, string> = {}) {
  return jobs.submit({
    service: 'System/CachingTools.GPServer',
    task: 'Manage Map Cache Tiles',
    inputs: {
      service_url: 'CachedServices/Streets:MapServer',
      levels: ALL_SCALES,
      thread_count: '-1',
      update_mode: 'RECREATE_ALL_TILES',
      ...inputs,
    },
    submittedBy: 'publisher',
    start: () => ({ steps: 0, apply: () => undefined, finish: () => 'Done.' }),
  });
}

/** The run is stopped before or after its submitting function has worked: in both its job's id is not saved. */
function stopInSubmit(platform: JobPlatform, at: 'before' | 'after', and: () => void = () => {}): void {
  const forget = platform.onState(({ machine, state, moment }) => {
    if (machine !== 'run-job' || state !== 'Submit' || moment !== at) return;
    forget();
    execution.abort();
    and();
  });
  const execution = start(platform);
}

describe('a stop', () => {
  it("does not touch a person's job that is started while the server is asked in vain", async (t) => {
    const platform = await platformOf(t);
    const { emulator, clock } = platform;
    const stoppedAt = clock.now();
    let job: ReturnType<typeof personSubmits> | undefined;
    platform.onInvoke(({ functionName, moment }) => {
      if (!functionName.includes('cancel-job') || moment !== 'before' || job !== undefined) return;
      if (clock.now() < stoppedAt + TWO_HOURS_MS) return;
      job = personSubmits(emulator);
      emulator.faults.length = 0;
    });
    stopInSubmit(platform, 'before', () => emulator.faults.push(...Array(1000).fill(DOWN)));

    await platform.idle();

    const { status, cause } = Object(await platform.ledger.get(OPERATION, NAME));
    assert.match(String(job?.status), /Submitted|Waiting|Executing/);
    assert.equal(status, 'stopped', cause);
    const claim = await platform.ledger.get('claim', `${platform.target}/${STREETS}`);
    assert.notEqual(claim?.['releasedAt'], undefined);
  });

  it("says that it is uncertain where a person's job may be the run's own", async (t) => {
    const platform = await platformOf(t);
    stopInSubmit(platform, 'after', () => personSubmits(platform.emulator));

    await platform.idle();

    const { status, cause } = Object(await platform.ledger.get(OPERATION, NAME));
    assert.deepEqual(status, 'uncertain');
    assert.match(cause, /2 running jobs have the same inputs.*cancel it there/);
    for (const job of platform.emulator.jobs.list()) assert.doesNotMatch(job.status, /Cancel/);
  });

  it('before the id was saved cancels the right one of 35 jobs', async (t) => {
    const platform = await platformOf(t);
    for (let job = 0; job < 14; job += 1) personSubmits(platform.emulator, { levels: '591657527.591555' });
    stopInSubmit(platform, 'after', () => {
      for (let job = 0; job < 20; job += 1) personSubmits(platform.emulator, { thread_count: '2' });
    });

    await platform.idle();

    const jobs = platform.emulator.jobs.list();
    const cancelled = jobs.filter(({ status }) => /Cancel/.test(status));
    const entry = Object(await platform.ledger.get(OPERATION, NAME));
    assert.deepEqual([jobs.length, cancelled.map(({ submittedBy }) => submittedBy)], [35, ['siteadmin']]);
    assert.partialDeepStrictEqual(entry, {
      status: 'cancelled',
      jobId: cancelled[0]?.id,
      taskPath: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
    });
  });
});

describe('a site that moves to another address while its job runs', () => {
  /** From the first poll on the secret names another address of the same site. */
  async function openGateway(t: TestContext, { emulator, onState, setSecret }: JobPlatform) {
    const gateway = await startWeatherServer({ upstream: emulator.url });
    t.after(() => gateway.close());
    const forget = onState(({ state }) => {
      if (state !== 'Check') return;
      forget();
      setSecret({ url: `${gateway.origin}/arcgis` });
    });
    return gateway;
  }

  it('has its job watched to the end', async (t) => {
    const platform = await platformOf(t);
    const gateway = await openGateway(t, platform);

    const execution = start(platform);
    await platform.idle();

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.equal(platform.emulator.jobs.list().length, 1);
    assert.ok(gateway.requestsTo(/\/jobs\/j\w+$/).length > 10);
  });

  it('has the job of a stopped run cancelled', async (t) => {
    const platform = await platformOf(t);
    const gateway = await openGateway(t, platform);
    platform.onState(({ state }) => {
      if (state === 'Check' && gateway.requests.length > 0) execution.abort();
    });

    const execution = start(platform);
    await platform.idle();

    const [job] = platform.emulator.jobs.list();
    assert.equal(job?.status, 'esriJobCancelled');
    assert.partialDeepStrictEqual(await platform.ledger.get(OPERATION, NAME), { status: 'cancelled', jobId: job?.id });
    assert.ok(gateway.requestsTo(/\/cancel$/).length > 0);
  });
});
