import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobPlatform } from '../support/job-platform.ts';
import { BASEMAP, ended, startTiles, TILES, tilePlatform } from '../support/tile-runs.ts';

const CLAIM_OF = (target: string) => `${target}/${BASEMAP}`;

const intervals = ({ emulator }: JobPlatform) =>
  emulator.jobs.list().map(({ submittedAt, endedAt }) => [submittedAt, endedAt ?? Number.POSITIVE_INFINITY] as const);

describe('the claim on a service', () => {
  it('makes of ten equal starts at once one submit and ten equal job ids', async (t) => {
    const platform = await tilePlatform(t);

    const executions = Array.from({ length: 10 }, (_, index) => startTiles(platform, `equal-${index}`));
    await ended(executions);

    assert.deepEqual(
      executions.map(({ status }) => status),
      Array(10).fill('SUCCEEDED'),
    );
    assert.equal(platform.emulator.jobs.list().length, 1);
    const outputs = executions.map(({ output }) => Object(output));
    assert.equal(new Set(outputs.map(({ jobId }) => jobId)).size, 1);
    assert.deepEqual(outputs.filter(({ attachedTo }) => attachedTo !== undefined).length, 9);
    const holder = outputs.findIndex(({ attachedTo }) => attachedTo === undefined);
    assert.ok(outputs.every(({ attachedTo }, index) => index === holder || attachedTo === `equal-${holder}`));
  });

  it('runs two different requests strictly one after the other, in the order of their starts', async (t) => {
    const platform = await tilePlatform(t);

    const first = startTiles(platform, 'first');
    await platform.clock.after(1, () => undefined);
    const second = startTiles(platform, 'second', { updateMode: 'RECREATE_ALL_TILES' });
    await platform.clock.after(1, () => undefined);
    const third = startTiles(platform, 'third', { updateMode: 'DELETE_TILES' });
    await ended([first, second, third]);

    const jobs = intervals(platform);
    assert.deepEqual(
      platform.emulator.jobs.list().map(({ inputs }) => inputs['update_mode']),
      ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES'],
    );
    for (const [index, [submittedAt]] of jobs.entries()) assert.ok(submittedAt >= (jobs[index - 1]?.[1] ?? 0));
  });

  it('is one for all operations on the service', async (t) => {
    const platform = await tilePlatform(t);
    const { target } = platform;

    const first = startTiles(platform, 'tiles');
    await platform.clock.after(30, () => undefined);
    const second = platform.start(
      'refresh-service',
      { target, serviceName: 'Basemap', serviceType: 'MapServer' },
      'refresh',
    );
    await ended([first, second]);

    const [tiles, refresh] = intervals(platform);
    assert.ok(tiles && refresh && refresh[0] >= tiles[1]);
  });

  it('is no hindrance for another service', async (t) => {
    const platform = await tilePlatform(t);

    await ended([
      startTiles(platform, 'one'),
      startTiles(platform, 'other', { inputService: 'CachedServices/Streets.MapServer' }),
    ]);

    const [one, other] = intervals(platform);
    assert.ok(one && other && other[0] < one[1]);
  });

  it('goes to the next after the lease when its holder is gone without a word', async (t) => {
    const platform = await tilePlatform(t);
    const now = platform.clock.now();
    const leaseUntil = new Date(now + 3_600_000).toISOString();
    const lost = { operation: 'claim', name: CLAIM_OF(platform.target), holder: 'lost', holderOperation: TILES };
    await platform.ledger.put({
      ...lost,
      requestHash: 'other',
      claimedAt: new Date(now).toISOString(),
      leaseUntil,
      fence: 7,
    });

    const execution = startTiles(platform, 'next');
    await ended([execution]);

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    const [job] = platform.emulator.jobs.list();
    assert.ok((job?.submittedAt ?? 0) > Date.parse(leaseUntil));
    const claim = await platform.ledger.get('claim', CLAIM_OF(platform.target));
    assert.deepEqual([claim?.['holder'], claim?.['fence']], ['next', 8]);
  });

  it('is not released by a late holder whose lease somebody else has taken over', async (t) => {
    const platform = await tilePlatform(t);
    platform.onState(async ({ machine, state, moment }) => {
      if (machine !== 'hold' || state !== 'Free the service' || moment !== 'before') return;
      const claim = await platform.ledger.get('claim', CLAIM_OF(platform.target));
      await platform.ledger.put({ ...strings(claim), holder: 'somebody-else', fence: 99 });
    });

    const execution = startTiles(platform, 'late');
    await ended([execution]);

    assert.equal(execution.status, 'SUCCEEDED');
    const claim = await platform.ledger.get('claim', CLAIM_OF(platform.target));
    assert.deepEqual([claim?.['holder'], claim?.['releasedAt']], ['somebody-else', undefined]);
  });

  it('lets no more wait than the settings say', async (t) => {
    const platform = await tilePlatform(t, {
      emulator: { jobSeconds: 300 },
      settings: { jobs: { [TILES]: { maxWaiting: 1 } } },
    });

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(10, () => undefined);
    const waiting = startTiles(platform, 'waiting', { updateMode: 'RECREATE_ALL_TILES' });
    await platform.clock.after(10, () => undefined);
    const refused = startTiles(platform, 'refused', { updateMode: 'DELETE_TILES' });
    await ended([holder, waiting, refused]);

    assert.deepEqual([holder.status, waiting.status], ['SUCCEEDED', 'SUCCEEDED']);
    assert.deepEqual([refused.status, refused.error], ['FAILED', 'VendorBusyError']);
    assert.match(refused.cause ?? '', /1 runs wait for .*Basemap\.MapServer already/);
    assert.equal((await platform.ledger.get(TILES, 'refused'))?.['status'], 'failed');
  });

  it('is left by a waiting run that is stopped, for those behind it', async (t) => {
    const platform = await tilePlatform(t);

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(10, () => undefined);
    const stopped = startTiles(platform, 'stopped', { updateMode: 'RECREATE_ALL_TILES' });
    await platform.clock.after(10, () => undefined);
    const behind = startTiles(platform, 'behind', { updateMode: 'DELETE_TILES' });
    await platform.clock.after(10, () => stopped.abort());
    await platform.idle();

    assert.deepEqual([holder.status, stopped.status, behind.status], ['SUCCEEDED', 'ABORTED', 'SUCCEEDED']);
    assert.equal((await platform.ledger.get(TILES, 'stopped'))?.['status'], 'cancelled');
    assert.equal(platform.emulator.jobs.list().length, 2);
  });

  it('shares a failure with those that are attached, and not with those that start later', async (t) => {
    const platform = await tilePlatform(t);
    platform.emulator.jobs.nextFates.push('fails');

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(10, () => undefined);
    const attached = startTiles(platform, 'attached');
    await ended([holder, attached]);
    const later = startTiles(platform, 'later');
    await ended([later]);

    assert.deepEqual([holder.error, attached.error, later.status], ['JobFailedError', 'JobFailedError', 'SUCCEEDED']);
    assert.equal(attached.cause, holder.cause);
    assert.equal(platform.emulator.jobs.list().length, 2);
  });

  it('runs one more refresh for all the rasters that arrive while one runs, and none for those before it', async (t) => {
    const platform = await tilePlatform(t);
    const refresh = (name: string) =>
      platform.start(
        'refresh-service',
        { target: platform.target, serviceName: 'Basemap', serviceType: 'MapServer' },
        name,
      );

    const first = refresh('rasters-1');
    await platform.clock.after(60, () => undefined);
    const later = Array.from({ length: 12 }, (_, index) => refresh(`rasters-later-${index}`));
    await ended([first, ...later]);

    assert.deepEqual(
      [first, ...later].map(({ status }) => status),
      Array(13).fill('SUCCEEDED'),
    );
    const [one, other, ...more] = intervals(platform);
    assert.ok(one && other && other[0] >= one[1] && more.length === 0);
  });

  it('is not kept for ever by a run that waits no more and did not say so', async (t) => {
    const platform = await tilePlatform(t);
    const ticket = '2025-12-31T23:00:00.000Z#gone';
    await platform.ledger.put({ operation: TILES, name: 'gone', waitingFor: CLAIM_OF(platform.target), ticket });
    await ended([startTiles(platform, 'first', { inputService: 'CachedServices/Streets.MapServer' })]);
    const past = new Date(platform.clock.now() - 1000).toISOString();
    const claim = { operation: 'claim', name: CLAIM_OF(platform.target), holder: 'before', holderOperation: TILES };
    await platform.ledger.put({
      ...claim,
      requestHash: 'x',
      claimedAt: past,
      leaseUntil: past,
      releasedAt: past,
      fence: 1,
    });

    const execution = startTiles(platform, 'behind');
    await ended([execution]);

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  });

  it('lets a request that was told to wait for nobody submit, and frees the service at once', async (t) => {
    const platform = await tilePlatform(t);

    const execution = startTiles(platform, 'unwatched', { waitForJobCompletion: 'DO_NOT_WAIT' });
    await ended([execution]);

    assert.partialDeepStrictEqual(execution.output, { status: 'submitted', service: BASEMAP });
    const run = await platform.ledger.get(TILES, 'unwatched');
    const claim = await platform.ledger.get('claim', CLAIM_OF(platform.target));
    assert.deepEqual([run?.['status'], run?.['jobId']], ['submitted', Object(execution.output).jobId]);
    assert.ok(claim?.['releasedAt'] !== undefined);
  });
});

describe('the ledger', () => {
  it('has who started a run, its input, its job, its end, its polls and their price', async (t) => {
    const platform = await tilePlatform(t);

    const execution = startTiles(platform, 'nightly-2026-01-01T00-00-00Z');
    await ended([execution]);

    const run = await platform.ledger.get(TILES, 'nightly-2026-01-01T00-00-00Z');
    assert.partialDeepStrictEqual(run, {
      startedBy: 'schedule nightly',
      status: 'succeeded',
      target: platform.target,
      service: BASEMAP,
    });
    assert.equal(JSON.parse(String(run?.['input'])).updateMode, 'RECREATE_EMPTY_TILES');
    assert.deepEqual(JSON.parse(String(run?.['result'])), execution.output);
    assert.equal(run?.['jobId'], Object(execution.output).jobId);
    assert.equal(run?.['polls'], Object(execution.output).polls);
    assert.ok(Number(run?.['watchingCost']) > 0);
    const times = ['startedAt', 'submittingAt', 'submittedAt', 'finishedAt'].map((key) => String(run?.[key]));
    assert.deepEqual(times, times.toSorted());
    assert.equal(Number(run?.['expiresAt']), Math.floor(Date.parse('2026-01-01T00:00:00Z') / 1000) + 414 * 86_400);
  });

  it('has the error of a run that failed', async (t) => {
    const platform = await tilePlatform(t);

    const execution = startTiles(platform, 'failing', { inputService: 'Nowhere.MapServer' });
    await ended([execution]);

    assert.equal(execution.error, 'VendorRejectedError');
    const run = await platform.ledger.get(TILES, 'failing');
    assert.deepEqual([run?.['status'], run?.['error']], ['failed', 'VendorRejectedError']);
    assert.match(String(run?.['cause']), /Nowhere/);
    const claim = await platform.ledger.get('claim', `${platform.target}/Nowhere.MapServer`);
    assert.ok(claim?.['releasedAt'] !== undefined);
  });
});

function strings(entry: Record<string, unknown> = {}): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, typeof value === 'number' ? value : String(value)]),
  );
}
