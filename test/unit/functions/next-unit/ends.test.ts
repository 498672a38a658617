import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterEnd, begun, endOf, pending, type UnitEnd } from '../../../../functions/next-unit/ends.ts';
import { type Progress, progressSchema, type RunningUnit } from '../../../../shared/ledger/plans.ts';

const UNITS = 4;
const unitOf = (n: number) => ({
  scales: [1000],
  tiles: 10 + n,
  extent: { xmin: n, ymin: 0, xmax: n + 1, ymax: 1 },
  rectangles: [],
});
const DONE: UnitEnd = { kind: 'done', seconds: 60 };
const FAILED: UnitEnd = { kind: 'failed', message: 'a bad corner' };
const AWAY: UnitEnd = { kind: 'site', Error: 'VendorBusyError', Cause: 'busy' };
const HOUR = 3_600_000;

/** Runs a plan of four units; each unit ends as is told for its tries. */
function play(ends: (n: number, tries: number) => UnitEnd, begin = progressSchema.parse({})) {
  let progress: Progress = begin;
  const tried: number[] = [];
  for (let now = 0; now < 400 * HOUR && progress.ending === undefined; now += HOUR) {
    const next = pending(progress, UNITS);
    if (next === undefined) break;
    tried.push(next.n);
    const running: RunningUnit = {
      ...next,
      lane: 0,
      name: `unit-${progress.starts}`,
      tiles: 10 + next.n,
      since: '',
      hadAll: false,
    };
    progress = begun(progress, running, (n) => n);
    const times = tried.filter((n) => n === next.n).length;
    progress = afterEnd(progress, running, ends(next.n, times), unitOf(next.n), now);
  }
  return { progress, tried };
}

describe('what the end of a unit means for its plan', () => {
  it('is progress where it is done', () => {
    const { progress, tried } = play(() => DONE);

    assert.deepEqual(tried, [0, 1, 2, 3]);
    assert.deepEqual([progress.done, progress.tilesDone, progress.running], [[[0, 3]], 46, []]);
    assert.deepEqual(
      progress.measured,
      [10, 11, 12, 13].map((tiles) => [tiles, 60]),
    );
  });

  it('is a second try after all first ones where it failed, and no third', () => {
    const { progress, tried } = play((n) => (n === 1 ? FAILED : DONE));

    assert.deepEqual(tried, [0, 1, 2, 3, 1]);
    assert.deepEqual(
      [progress.done, progress.failed, progress.failedOnce],
      [
        [
          [0, 0],
          [2, 3],
        ],
        [[1, 1]],
        [],
      ],
    );
    assert.deepEqual(progress.failedUnits, [
      { n: 1, scales: [1000], tiles: 11, extent: { xmin: 1, ymin: 0, xmax: 2, ymax: 1 }, message: 'a bad corner' },
    ]);
  });

  it('is no failure where the second try is good', () => {
    const { progress } = play((n, tries) => (n === 2 && tries === 1 ? FAILED : DONE));

    assert.deepEqual([progress.done, progress.failed], [[[0, 3]], []]);
  });

  it('is no try where its window closed, unless it had all of it', () => {
    const broken: UnitEnd = { kind: 'broken-off', message: 'too long' };
    const { progress, tried } = play((n, tries) => (n === 0 && tries < 5 ? broken : DONE));

    assert.deepEqual([progress.failed, tried], [[], [0, 1, 2, 3, 0, 0, 0, 0]]);
    const running = { n: 0, fails: 1, late: 0, lane: 0, name: 'x', tiles: 1, since: '', hadAll: true };
    assert.deepEqual(afterEnd(progressSchema.parse({}), running, broken, unitOf(0), 0).failed, [[0, 0]]);
  });

  it('is a rest for the site where nothing could be submitted, longer each time, and no blame for the unit', () => {
    const { progress, tried } = play((_n, tries) => (tries < 3 ? AWAY : DONE));

    assert.deepEqual(progress.done, [[0, 3]]);
    assert.equal(tried.length, 12);
    const first = afterEnd(progressSchema.parse({}), running(0), AWAY, unitOf(0), 0);
    const second = afterEnd(first, running(1), AWAY, unitOf(1), 60_000);
    assert.deepEqual(
      [first.trouble?.until, second.trouble?.until, second.trouble?.since],
      ['1970-01-01T00:01:00.000Z', '1970-01-01T00:03:00.000Z', '1970-01-01T00:00:00.000Z'],
    );
  });

  it('is the end of the plan where the site is away for more than a day', () => {
    const { progress, tried } = play(() => AWAY);

    assert.deepEqual([progress.ending?.Error, progress.failed], ['VendorBusyError', []]);
    assert.ok(tried.length < 30);
  });

  it('is a failure where the site is away for one unit alone', () => {
    const { progress } = play((n) => (n === 1 ? AWAY : DONE));

    // Where nothing else is left to try nobody can tell one from the other.
    assert.ok(progress.failed.length > 0 || progress.ending?.Error === 'VendorBusyError');
    assert.deepEqual(progress.done, [
      [0, 0],
      [2, 3],
    ]);
  });

  it('is the end at once where credentials were refused', () => {
    const { progress, tried } = play((n) =>
      n === 1 ? { kind: 'plan', Error: 'VendorAuthError', Cause: JSON.stringify({ errorMessage: 'refused' }) } : DONE,
    );

    assert.deepEqual([tried, progress.ending], [[0, 1], { Error: 'VendorAuthError', Cause: 'refused' }]);
  });

  for (const [told, kind] of [
    [{ status: 'succeeded', result: { elapsedSeconds: 5 } }, 'done'],
    [{ status: 'ended', concerns: 'plan', Error: 'InvalidSecretError' }, 'plan'],
    [{ status: 'ended', concerns: 'site', Error: 'VendorBusyError' }, 'site'],
    [{ status: 'ended', concerns: 'unit', Error: 'VendorRejectedError' }, 'failed'],
    [{ status: 'failed', service: 'free', Error: 'JobFailedError' }, 'failed'],
    [{ status: 'failed', service: 'free', Error: 'AwsUnavailableError' }, 'site'],
    [{ status: 'failed', service: 'kept', Error: 'VendorAuthError' }, 'plan'],
    [{ status: 'failed', service: 'kept', Error: 'SubmitUncertainError' }, 'failed'],
    [{ status: 'overdue', service: 'kept', Error: 'JobTimedOutError' }, undefined],
    [{ Error: 'States.TaskFailed' }, undefined],
  ] as const) {
    it(`is ${kind ?? 'not sure'} where its machine tells ${JSON.stringify(told)}`, () => {
      assert.equal(endOf(told)?.kind, kind);
    });
  }
});

function running(n: number): RunningUnit {
  return { n, fails: 0, late: 0, lane: 0, name: `unit-${n}`, tiles: 1, since: '', hadAll: false };
}
