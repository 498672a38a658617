import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobPlatform } from '../support/job-platform.ts';
import { ended, tilePlatform } from '../support/tile-runs.ts';

const REFRESH = 'refresh-service';

function startRefresh({ start, target }: JobPlatform, name: string, more: object = {}) {
  return start(REFRESH, { target, serviceName: 'Basemap', serviceType: 'MapServer', ...more }, name);
}

const submits = ({ emulator }: JobPlatform) => emulator.jobs.list().map(({ submittedAt }) => submittedAt);
const runs = (count: number, first: number) => Array.from({ length: count }, (_, index) => `run-${first + index}`);

describe('a refresh that is started while an equal one runs', () => {
  it('does not end by that one, which may not have seen all: it shares the next with all that wait', async (t) => {
    const platform = await tilePlatform(t);

    const first = startRefresh(platform, 'first');
    await platform.clock.after(120, () => undefined);
    const startedAt = platform.clock.now();
    // More than may wait of another operation.
    const later = runs(13, 0).map((name) => startRefresh(platform, name));
    await ended([first, ...later]);

    const outputs = later.map(({ output }) => Object(output));
    assert.deepEqual(
      later.map(({ status }) => status),
      Array(13).fill('SUCCEEDED'),
    );
    const [one = 0, other = 0, ...more] = submits(platform);
    assert.deepEqual([one < startedAt, other >= startedAt, more], [true, true, []]);
    assert.equal(new Set(outputs.map(({ jobId }) => jobId)).size, 1);
    assert.notEqual(outputs[0].jobId, Object(first.output).jobId);
  });

  it('ends by it where that was started at the same time, and submitted for both', async (t) => {
    const platform = await tilePlatform(t);

    const executions = runs(10, 0).map((name) => startRefresh(platform, name));
    await ended(executions);

    assert.equal(submits(platform).length, 1);
    const attached = executions.filter(({ output }) => Object(output).attachedTo !== undefined);
    assert.equal(attached.length, 9);
  });

  it('ends by one that waits and was started before it', async (t) => {
    const platform = await tilePlatform(t);

    const first = startRefresh(platform, 'first');
    await platform.clock.after(60, () => undefined);
    const second = startRefresh(platform, 'second');
    await platform.clock.after(60, () => undefined);
    const third = startRefresh(platform, 'third');
    await ended([first, second, third]);

    assert.equal(submits(platform).length, 2);
    assert.equal(Object(third.output).jobId, Object(second.output).jobId);
    assert.equal(Object(second.output).attachedTo, undefined);
  });

  it('does not end by one that has ended meanwhile, whose job began before it', async (t) => {
    const platform = await tilePlatform(t, { emulator: { jobSeconds: 20 } });

    const first = startRefresh(platform, 'first');
    await platform.clock.after(19, () => undefined);
    const second = startRefresh(platform, 'second');
    await ended([first, second]);

    assert.equal(submits(platform).length, 2);
    assert.equal(Object(second.output).attachedTo, undefined);
  });

  it('waits for its turn behind a different one', async (t) => {
    const platform = await tilePlatform(t);

    const first = startRefresh(platform, 'first');
    await platform.clock.after(10, () => undefined);
    const other = startRefresh(platform, 'other', { refreshOptions: 'x' });
    await ended([first, other]);

    assert.deepEqual([first.status, other.status], ['SUCCEEDED', 'SUCCEEDED']);
    assert.equal(submits(platform).length, 2);
  });
});
