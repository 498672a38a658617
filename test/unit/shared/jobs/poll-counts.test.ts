import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextWaitSeconds } from '../../../../shared/jobs/poll-policy.ts';
import { pollSchedule } from '../../../bench/poll-schedule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TRANSITIONS_PER_POLL = 3;
const DOLLARS_PER_TRANSITION = 0.025 / 1000;

const TABLE: [what: string, jobSeconds: number, polls: number, lagSeconds: number][] = [
  ['1 minute', MINUTE, 30, 0],
  ['10 minutes', 10 * MINUTE, 81, 26],
  ['1 hour', HOUR, 118, 155],
  ['12 hours', 12 * HOUR, 252, 112],
  ['7 days', 7 * DAY, 2124, 112],
  ['30 days', 30 * DAY, 4716, 112],
];

describe('the polls of a job without progress', () => {
  for (const [what, jobSeconds, polls, lagSeconds] of TABLE) {
    it(`are ${polls} for ${what}, the last of them ${lagSeconds} s after the end`, () => {
      const schedule = pollSchedule((elapsed) => nextWaitSeconds(elapsed), jobSeconds);

      assert.deepEqual(schedule, { polls, lagSeconds });
    });
  }

  it('cost less than 40 cents in a month', () => {
    const { polls } = pollSchedule((elapsed) => nextWaitSeconds(elapsed), 30 * DAY);

    assert.ok(polls * TRANSITIONS_PER_POLL * DOLLARS_PER_TRANSITION < 0.4);
  });
});
