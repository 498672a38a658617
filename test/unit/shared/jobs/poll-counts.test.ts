import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callCost } from '../../../../shared/jobs/poll-policy.ts';
import { ourPolicy, pollSchedule } from '../../../bench/poll-schedule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TABLE: [what: string, jobSeconds: number, polls: number, calls: number, lagSeconds: number][] = [
  ['5 seconds', 5, 9, 1, 0.2],
  ['10 seconds', 10, 21, 1, 0],
  ['1 minute', MINUTE, 46, 26, 0],
  ['10 minutes', 10 * MINUTE, 97, 77, 26],
  ['1 hour', HOUR, 134, 114, 155],
  ['12 hours', 12 * HOUR, 268, 248, 112],
  ['7 days', 7 * DAY, 2140, 2120, 112],
  ['30 days', 30 * DAY, 4732, 4712, 112],
];

describe('the polls of a job without progress', () => {
  for (const [what, jobSeconds, polls, calls, lagSeconds] of TABLE) {
    it(`are ${polls} in ${calls} calls of the function for ${what}, the last of them ${lagSeconds} s after the end`, () => {
      const schedule = pollSchedule(ourPolicy(), jobSeconds);

      assert.deepEqual(
        [schedule.polls, schedule.calls, Number(schedule.lagSeconds.toFixed(3))],
        [polls, calls, lagSeconds],
      );
    });
  }

  it('cost less than 40 cents in a month', () => {
    const { calls, pausedSeconds } = pollSchedule(ourPolicy(), 30 * DAY);

    assert.ok(calls * callCost(0) + callCost(pausedSeconds) < 0.4);
  });

  it('come no later after jobs of 1-9 s than 0.3 times what a fixed rhythm of two seconds takes', () => {
    const jobs = Array.from({ length: 81 }, (_, step) => 1 + step / 10);
    const lagOf = (policy: Parameters<typeof pollSchedule>[0]) =>
      jobs.reduce((sum, seconds) => sum + pollSchedule(policy, seconds).lagSeconds, 0);

    const ratio = lagOf(ourPolicy()) / lagOf(() => ({ seconds: 2 }));

    assert.ok(ratio <= 0.3, `${ratio}`);
  });
});
