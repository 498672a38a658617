import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { deploy, installFormer } from '../support/former-machines.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { ended, startTiles, TILES, tilePlatform } from '../support/tile-runs.ts';

const FORMER = { database: 'dynalite' } as const;
const ALL_TILES = { updateMode: 'RECREATE_ALL_TILES' };
const NO_TILES = { updateMode: 'DELETE_TILES' };

/** Starts a run with the machines of 0.1.0, and puts the present ones back when all that it begins with has begun. */
async function startFormer(platform: JobPlatform, name: string, more: object = {}): Promise<Execution> {
  installFormer(platform);
  const execution = startTiles(platform, name, more);
  await platform.clock.after(5, () => undefined);
  deploy(platform);
  return execution;
}

function modesInTurn({ emulator }: JobPlatform): (string | undefined)[] {
  const jobs = emulator.jobs.list();
  for (const [index, job] of jobs.entries()) {
    const next = jobs[index + 1];
    assert.ok(next === undefined || (job.endedAt ?? Number.POSITIVE_INFINITY) <= next.submittedAt, 'two at once');
  }
  return jobs.map(({ inputs }) => inputs['update_mode']);
}

const nestedOf = ({ stateMachines }: JobPlatform, run: Execution) =>
  stateMachines.executions.find(({ parent, machine }) => parent === run && machine === 'take-turn');

describe('runs of version 0.1.0 and of this one, side by side', () => {
  it('take turns in the order of their starts, and an equal one attaches', async (t) => {
    const platform = await tilePlatform(t, FORMER);

    const former = await startFormer(platform, 'former');
    const formerWaits = await startFormer(platform, 'former-waits', ALL_TILES);
    const equal = startTiles(platform, 'equal');
    await platform.clock.after(5, () => undefined);
    const waits = startTiles(platform, 'waits', NO_TILES);
    await ended([former, formerWaits, equal, waits]);

    assert.deepEqual(
      [former, formerWaits, equal, waits].map(({ status }) => status),
      Array(4).fill('SUCCEEDED'),
    );
    assert.ok(nestedOf(platform, formerWaits)?.history.includes('Look at the queue'), 'not the turn of 0.1.0');
    assert.deepEqual(modesInTurn(platform), ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES']);
    assert.equal(Object(equal.output).attachedTo, 'former');
  });

  it('end alike where one of 0.1.0 attaches to a present one that succeeds, and a different one waits for it', async (t) => {
    const platform = await tilePlatform(t, FORMER);

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(5, () => undefined);
    const equal = await startFormer(platform, 'equal');
    const waits = await startFormer(platform, 'waits', ALL_TILES);
    await ended([holder, equal, waits]);

    assert.deepEqual(
      [holder, equal, waits].map(({ status }) => status),
      Array(3).fill('SUCCEEDED'),
    );
    assert.ok(nestedOf(platform, equal)?.history.includes('Attach'), 'not the turn of 0.1.0');
    assert.partialDeepStrictEqual(equal.output, { jobId: Object(holder.output).jobId, attachedTo: 'holder' });
    assert.deepEqual(modesInTurn(platform), ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES']);
  });

  it('end alike where one of 0.1.0 attaches to a present one that fails', async (t) => {
    const platform = await tilePlatform(t, FORMER);
    platform.emulator.jobs.nextFates.push('fails');

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(5, () => undefined);
    const equal = await startFormer(platform, 'equal');
    await ended([holder, equal]);

    assert.deepEqual([equal.status, equal.error], ['FAILED', 'JobFailedError']);
    assert.equal(equal.cause, holder.cause);
  });

  it('end alike where one of 0.1.0 attaches to a present one that is stopped', async (t) => {
    const platform = await tilePlatform(t, FORMER);

    const holder = startTiles(platform, 'holder');
    const stop = platform.clock.after(65, () => holder.abort());
    await platform.clock.after(5, () => undefined);
    const equal = await startFormer(platform, 'equal');
    await stop;
    await platform.idle();

    assert.equal(holder.status, 'ABORTED', holder.history.join());
    assert.deepEqual([equal.status, equal.error], ['FAILED', 'JobCancelledError']);
    assert.equal(platform.emulator.jobs.list()[0]?.status, 'esriJobCancelled');
    assert.equal((await platform.ledger.get(TILES, 'holder'))?.['status'], 'cancelled');
  });

  it('do not wait for one of 0.1.0 that was stopped while it waited', async (t) => {
    const platform = await tilePlatform(t, FORMER);

    const former = await startFormer(platform, 'former');
    const stopped = await startFormer(platform, 'stopped', ALL_TILES);
    const waits = startTiles(platform, 'waits', NO_TILES);
    await platform.clock.after(30, () => stopped.abort());
    await ended([former, waits]);
    await platform.idle();

    assert.deepEqual([former.status, waits.status], ['SUCCEEDED', 'SUCCEEDED']);
    assert.deepEqual(modesInTurn(platform), ['RECREATE_EMPTY_TILES', 'DELETE_TILES']);
    assert.equal((await platform.ledger.get(TILES, 'stopped'))?.['status'], 'cancelled');
  });

  it('only submit where no more is asked for', async (t) => {
    const platform = await tilePlatform(t, FORMER);
    const wish = { waitForJobCompletion: 'DO_NOT_WAIT' };

    const former = await startFormer(platform, 'former', wish);
    await ended([former]);

    assert.deepEqual([former.status, Object(former.output).status], ['SUCCEEDED', 'submitted']);
    assert.equal(Object(former.output).jobId, platform.emulator.jobs.list()[0]?.id);
    assert.equal((await platform.ledger.get(TILES, 'former'))?.['status'], 'submitted');
  });

  it('leave no job behind that a cancel-run of 0.1.0 has to find first', async (t) => {
    const platform = await tilePlatform(t, { ...FORMER, emulator: { jobSeconds: 3_000 } });
    const stop = platform.onState(({ execution, state, moment }) => {
      if (state === 'Submit' && moment === 'after') execution.abort();
    });

    installFormer(platform);
    const former = startTiles(platform, 'former');
    await platform.clock.after(60, () => deploy(platform));
    await platform.idle();
    stop();

    const cancelRun = platform.stateMachines.executions.find(({ machine }) => machine === 'cancel-run');
    assert.equal(former.status, 'ABORTED');
    assert.ok(cancelRun?.history.includes('Take the job found'), cancelRun?.history.join());
    assert.equal(cancelRun?.status, 'SUCCEEDED', cancelRun?.cause);
    assert.equal(platform.emulator.jobs.list()[0]?.status, 'esriJobCancelled');
    assert.equal((await platform.ledger.get(TILES, 'former'))?.['status'], 'cancelled');
  });
});
