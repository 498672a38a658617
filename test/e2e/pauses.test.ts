import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { startJobPlatform } from '../support/job-platform.ts';

const CLEAR = 'clear-rest-cache';
const TILES = 'manage-map-server-cache-tiles';
const DELETE = 'delete-map-server-cache';
const REFRESH = 'refresh-service';
const HOUR = 3600;
const DAY = 24 * HOUR;
const BUSY = { path: /cache\/clear$/, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };
/** Whatever changes a site. */
const CHANGES = /submitJob|cache\/clear|\/cancel/;

describe('a paused site', () => {
  async function open(t: TestContext) {
    const platform = await startJobPlatform({ emulator: { jobSeconds: 40 } });
    t.after(() => platform.close());
    const { target, clock, ledger, emulator } = platform;
    const at = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();
    const pause = async (until: string, more: object = {}) => {
      const execution = platform.start('pause-site', { target, until, reason: 'maintenance', ...more });
      await execution.ended;
      assert.equal(execution.status, 'SUCCEEDED', execution.cause);
      return Object(execution.output);
    };
    return {
      platform,
      at,
      pause,
      clear: (name: string) => platform.start(CLEAR, { target }, name),
      tiles: (name: string, inputService = 'Basemap.MapServer') =>
        platform.start(TILES, { target, inputService, updateMode: 'RECREATE_ALL_TILES' }, name),
      entry: async ({ machine, name }: Execution): Promise<Record<string, unknown>> =>
        (await ledger.get(machine, name)) ?? {},
      after: (seconds: number) => clock.after(seconds, () => undefined),
      changes: () => emulator.requests.filter(({ path }) => CHANGES.test(path)).length,
    };
  }

  it('gets no call that changes it, whatever starts, until the pause ends by itself', async (t) => {
    const { platform, at, pause, clear, tiles, entry, after, changes } = await open(t);
    const { target } = platform;
    const until = at(2 * HOUR);
    await pause(until);

    const service = { serviceName: 'Basemap', serviceType: 'MapServer' };
    const runs = [
      clear('by-a-person'),
      tiles('nightly-2026-01-01T00-00-00Z'),
      platform.start(REFRESH, { target, ...service }, 'rasters-1'),
      platform.start(REFRESH, { target, ...service, waitForJobCompletion: 'DO_NOT_WAIT' }, 'by-hand-2'),
    ];
    await after(1);
    runs.push(
      // Last, because no tiles can be made after it.
      platform.start(DELETE, { target, inputService: 'Basemap.MapServer', confirm: 'Basemap.MapServer' }, 'deletion'),
    );
    await after(2 * HOUR - 10);

    for (const run of runs) {
      const { status, pausedUntil, pausedFor, submittingAt } = await entry(run);
      assert.deepEqual(
        [status, pausedUntil, pausedFor, submittingAt],
        ['paused', until, 'maintenance', undefined],
        run.name,
      );
    }
    assert.equal(platform.emulator.requests.length, 0);
    await platform.idle();
    assert.equal(changes(), 5);
    for (const run of runs) {
      const { status, submittingAt } = await entry(run);
      assert.ok(['succeeded', 'submitted'].includes(String(status)), `${run.name}: ${status}`);
      assert.ok(Date.parse(String(submittingAt)) >= Date.parse(until));
    }
  });

  it('is one of all where the target of the pause is ALL, and others are none', async (t) => {
    const { platform, at, pause, clear, entry, after } = await open(t);

    await pause(at(HOUR), { target: 'another-site' });
    const free = clear('free');
    await free.ended;
    await pause(at(HOUR), { target: 'ALL' });
    const kept = clear('kept');
    await after(60);
    const { status } = await entry(kept);
    await platform.idle();

    assert.deepEqual([(await entry(free))['status'], status], ['succeeded', 'paused']);
  });

  it('is asked for nothing more by a run that wanted to try again when it was paused', async (t) => {
    const { platform, at, pause, clear, entry, after, changes } = await open(t);
    platform.emulator.faults.push(BUSY);

    const run = clear('again');
    await after(30);
    await pause(at(2 * HOUR));
    await after(HOUR);

    assert.deepEqual([(await entry(run))['status'], changes()], ['paused', 1]);
    await platform.idle();
    assert.deepEqual([run.status, changes()], ['SUCCEEDED', 2]);
    assert.ok((run.stoppedAt ?? 0) - run.startedAt >= 2 * HOUR * 1000);
  });

  it('has its running job run on, unless it is to be cancelled', async (t) => {
    const { platform, at, pause, tiles, entry, after } = await open(t);

    const left = tiles('left');
    await after(20);
    const kept = await pause(at(60));
    await platform.idle();
    await after(60);
    const stopped = tiles('stopped');
    await after(20);
    const cancelling = await pause(at(600), { cancel: true });
    await platform.idle();

    assert.deepEqual([left.status, kept.runsAtWork, kept.cancelled], ['SUCCEEDED', 1, []]);
    assert.deepEqual([stopped.status, (await entry(stopped))['status']], ['ABORTED', 'cancelled']);
    assert.deepEqual(cancelling.cancelled, [`${TILES}/stopped`]);
    assert.deepEqual(
      platform.emulator.jobs.list().map(({ status }) => status),
      ['esriJobSucceeded', 'esriJobCancelled'],
    );
  });

  it('is free again soon after its pause was ended early, and stays paused when it was made longer', async (t) => {
    const { platform, at, pause, clear, entry, after } = await open(t);
    const first = at(HOUR);
    await pause(first);
    const run = clear('waits');
    await after(HOUR / 2);
    await pause(at(9 * HOUR));

    await after(HOUR);
    const { status, pausedUntil } = await entry(run);
    const ended = await pause(at(-1));
    const endedAt = platform.clock.now();
    await platform.idle();

    assert.equal(status, 'paused');
    assert.ok(String(pausedUntil) > first);
    assert.equal(ended.status, 'ended');
    assert.equal(run.status, 'SUCCEEDED');
    assert.ok((run.stoppedAt ?? 0) - endedAt < 0.1 * 1.5 * HOUR * 1000 + 60_000, `${run.stoppedAt} ${endedAt}`);
  });

  it('costs a run that waits for three days less than a cent, also when it is watched after that', async (t) => {
    const { platform, at, pause, clear, tiles, entry } = await open(t);
    await pause(at(3 * DAY));

    const runs = [clear('immediate'), tiles('job')];
    await platform.idle();

    for (const run of runs) {
      const { status, watchingCost } = await entry(run);
      assert.equal(status, 'succeeded');
      t.diagnostic(`${run.name}: $${watchingCost}`);
      assert.ok(Number(watchingCost) > 0.004 && Number(watchingCost) < 0.01, `${run.name}: ${watchingCost}`);
    }
  });

  it('has fifty runs begin in the order of their starts when it is free, one after the other where they claim', async (t) => {
    const { platform, at, pause, clear, entry, after } = await open(t);
    await pause(at(240));
    const jobs: Execution[] = [];
    const others: Execution[] = [];
    const { target } = platform;
    for (let index = 0; index < 50; index += 1) {
      await after(1);
      if (index % 5 > 0) {
        others.push(clear(`clear-${49 - index}`));
        continue;
      }
      const tilesOf = { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };
      // Equal ones would share a job.
      jobs.push(platform.start(TILES, { ...tilesOf, updateExtent: `0 0 ${index + 1} 1` }, `job-${49 - index}`));
    }
    await platform.idle();

    for (const runs of [jobs, others]) {
      const begun = await Promise.all(runs.map(async (run) => String((await entry(run))['submittingAt'])));
      assert.deepEqual(begun, begun.toSorted());
      assert.equal(new Set(begun).size, runs.length);
      for (const run of runs) assert.equal(run.status, 'SUCCEEDED', run.cause);
    }
    const submitted = platform.emulator.jobs.list();
    for (const [index, job] of submitted.entries()) {
      assert.ok(index === 0 || job.submittedAt >= (submitted[index - 1]?.endedAt ?? Number.POSITIVE_INFINITY));
    }
  });

  it('has a run that was stopped while it waited cancelled, without a call', async (t) => {
    const { platform, at, pause, tiles, entry, after } = await open(t);
    await pause(at(HOUR));
    const run = tiles('stopped');
    await after(300);

    run.abort();
    await platform.idle();

    assert.deepEqual([(await entry(run))['status'], platform.emulator.requests.length], ['cancelled', 0]);
  });

  for (const [what, input, named] of [
    ['an end', { reason: 'maintenance' }, /until/],
    ['a reason', { until: '2026-01-02T00:00:00Z' }, /reason/],
    ['a reason that says something', { until: '2026-01-02T00:00:00Z', reason: ' ' }, /reason/],
    ['a time zone', { until: '2026-01-02T00:00:00', reason: 'maintenance' }, /until/],
    ['no key that is not known', { until: '2026-01-02T00:00:00Z', reason: 'maintenance', utnil: 1 }, /utnil/],
  ] as const) {
    it(`asks for ${what}`, async (t) => {
      const { platform } = await open(t);

      const execution = platform.start('pause-site', { target: platform.target, ...input });
      await execution.ended;

      assert.equal(execution.error, 'InvalidInputError');
      assert.match(String(execution.cause), named);
    });
  }
});
