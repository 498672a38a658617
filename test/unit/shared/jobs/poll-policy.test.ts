import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextWaitSeconds, pauseSeconds } from '../../../../shared/jobs/poll-policy.ts';
import { ourPolicy, pollSchedule } from '../../../bench/poll-schedule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('the wait before the next poll', () => {
  const table: [elapsedSeconds: number, percent: number | undefined, waitSeconds: number][] = [
    [0, undefined, 2],
    [40, undefined, 2],
    [MINUTE, undefined, 3],
    [10 * MINUTE, undefined, 30],
    [HOUR, undefined, 180],
    [100 * MINUTE, undefined, 300],
    [DAY, undefined, 300],
    [9 * DAY - 1, undefined, 300],
    [9 * DAY, undefined, 900],
    [60 * DAY, undefined, 900],
    [MINUTE, 50, 30],
    [MINUTE, 90, 3],
    [MINUTE, 100, 3],
    [HOUR, 1, 300],
    [HOUR, 99, 18],
    [10 * DAY, 1, 900],
    [HOUR, 0, 180],
    [HOUR, -1, 180],
    [HOUR, 101, 180],
    [HOUR, Number.NaN, 180],
  ];
  for (const [elapsed, percent, wait] of table) {
    const progress = percent === undefined ? 'without progress' : `at ${percent} %`;
    it(`is ${wait} s after ${elapsed} s ${progress}`, () => {
      const seconds = nextWaitSeconds(elapsed, percent);

      assert.equal(seconds, wait);
    });
  }

  it('is always a whole number of seconds between 2 and 900, and at most 300 in the first nine days', () => {
    const elapsed = fc.oneof(fc.nat(10 * DAY), fc.double({ min: 0, max: 400 * DAY, noNaN: true }));

    fc.assert(
      fc.property(elapsed, fc.option(fc.double(), { nil: undefined }), (elapsedSeconds, percent) => {
        const seconds = nextWaitSeconds(elapsedSeconds, percent);

        assert.ok(Number.isInteger(seconds) && seconds >= 2 && seconds <= 900);
        assert.ok(seconds <= 300 || elapsedSeconds >= 9 * DAY);
      }),
    );
  });

  it('finds the end of a job without progress at most 5 % of its length, or 2 s, too late', () => {
    fc.assert(
      fc.property(fc.nat(3 * DAY), (lengthSeconds) => {
        const { lagSeconds } = pollSchedule(ourPolicy(), lengthSeconds);

        assert.ok(lagSeconds <= Math.max(2, 0.05 * lengthSeconds));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the pause before another poll by the same call', () => {
  for (const [elapsed, pause] of [
    [0, 0.4],
    [9.9, 0.4],
    [10, undefined],
    [DAY, undefined],
  ] as const) {
    it(`is ${pause === undefined ? 'none' : `${pause} s`} after ${elapsed} s`, () => {
      const seconds = pauseSeconds(elapsed);

      assert.equal(seconds, pause);
    });
  }
});
