import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextOccurrences } from '../../../../shared/schedules/next-occurrences.ts';

const FROM = '2026-11-26T12:00:00Z';

/** Expression, time zone, from when, and the next three in UTC to the minute. */
const CASES: [expression: string, timezone: string, from: string, expected: string[]][] = [
  ['cron(0 3 * * ? *)', 'UTC', FROM, ['2026-11-27T03:00', '2026-11-28T03:00', '2026-11-29T03:00']],
  ['cron(0 13 * * ? *)', 'Europe/Paris', FROM, ['2026-11-27T12:00', '2026-11-28T12:00', '2026-11-29T12:00']],
  // The hour from 2 to 3 is skipped on the last Sunday of March, and doubled on that of October: once, the first.
  [
    'cron(30 2 * * ? *)',
    'Europe/Paris',
    '2027-03-27T00:00Z',
    ['2027-03-27T01:30', '2027-03-29T00:30', '2027-03-30T00:30'],
  ],
  [
    'cron(30 2 * * ? *)',
    'Europe/Paris',
    '2026-10-24T00:00Z',
    ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
  ],
  [
    'cron(15 2 * * ? *)',
    'Australia/Lord_Howe',
    '2026-10-02T00:00Z',
    ['2026-10-02T15:45', '2026-10-04T15:15', '2026-10-05T15:15'],
  ],
  ['cron(0/20 22-23 ? * SAT *)', 'UTC', FROM, ['2026-11-28T22:00', '2026-11-28T22:20', '2026-11-28T22:40']],
  ['cron(0 0 ? * FRI-MON *)', 'UTC', FROM, ['2026-11-27T00:00', '2026-11-28T00:00', '2026-11-29T00:00']],
  ['cron(0 0 ? * 2#1 *)', 'UTC', FROM, ['2026-12-07T00:00', '2027-01-04T00:00', '2027-02-01T00:00']],
  ['cron(0 0 ? * FRIL *)', 'UTC', FROM, ['2026-11-27T00:00', '2026-12-25T00:00', '2027-01-29T00:00']],
  ['cron(0 0 ? * L *)', 'UTC', FROM, ['2026-11-28T00:00', '2026-12-05T00:00', '2026-12-12T00:00']],
  ['cron(0 0 L * ? *)', 'UTC', FROM, ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-31T00:00']],
  ['cron(0 0 L-3 * ? *)', 'UTC', FROM, ['2026-11-27T00:00', '2026-12-28T00:00', '2027-01-28T00:00']],
  ['cron(0 0 LW * ? *)', 'UTC', FROM, ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-29T00:00']],
  ['cron(0 0 1W * ? *)', 'UTC', '2027-04-20T00:00Z', ['2027-05-03T00:00', '2027-06-01T00:00', '2027-07-01T00:00']],
  ['cron(0 0 15W * ? *)', 'UTC', '2027-04-20T00:00Z', ['2027-05-14T00:00', '2027-06-15T00:00', '2027-07-15T00:00']],
  ['cron(0 0 29 2 ? *)', 'UTC', FROM, ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['cron(0 0 1 JAN,JUL ? 2027-2028)', 'UTC', FROM, ['2027-01-01T00:00', '2027-07-01T00:00', '2028-01-01T00:00']],
  ['cron(0 0 1 1 ? 2025)', 'UTC', FROM, []],
  ['at(2030-01-31T03:00:00)', 'America/New_York', FROM, ['2030-01-31T08:00']],
  ['at(2020-01-31T03:00:00)', 'UTC', FROM, []],
  ['rate(6 hours)', 'UTC', FROM, []],
];

describe('the next occurrences of a schedule', () => {
  for (const [expression, timezone, from, expected] of CASES) {
    it(`of ${expression} in ${timezone} after ${from}`, () => {
      const found = nextOccurrences(expression, timezone, new Date(from));

      assert.deepEqual(
        found.map((date) => date.toISOString().slice(0, 16)),
        expected,
      );
    });
  }
});
