import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scheduleExpressionProblem } from '../../infra/settings/schedule-expression.ts';

const accepted = [
  'cron(0 3 * * ? *)',
  'cron(15 10 ? * MON-FRI *)',
  'cron(0/5 8-17 ? * mon,wed 2026-2030)',
  'cron(0 0 L * ? *)',
  'cron(0 0 L-3 1,JUL ? *)',
  'cron(0 0 15W * ? *)',
  'cron(0 0 LW * ? *)',
  'cron(0 9 ? * 2#1 *)',
  'cron(0 9 ? * 6L *)',
  'rate(1 minute)',
  'rate(1 hour)',
  'rate(12 hours)',
  'rate(7 days)',
  'at(2030-01-31T03:00:00)',
];

const refused: [expression: string, problem: RegExp][] = [
  ['0 3 * * ? *', /must be cron\(…\), rate\(…\) or at\(…\)/],
  ['Cron(0 3 * * ? *)', /must be cron/],
  ['cron(0 3 * * *)', /6 fields .* not 5/],
  ['cron(0 3 * * ? * *)', /6 fields .* not 7/],
  ['cron(60 3 * * ? *)', /minutes "60"/],
  ['cron(0 24 * * ? *)', /hours "24"/],
  ['cron(0 3 32 13 ? 1969)', /day-of-month "32", month "13", year "1969"/],
  ['cron(0 3 ? * MONDAY *)', /day-of-week "MONDAY"/],
  ['cron(? 3 * * ? *)', /minutes "\?"/],
  ['cron(0 3 * * * *)', /\? in exactly one of day-of-month and day-of-week/],
  ['cron(0 3 ? * ? *)', /\? in exactly one/],
  ['rate(1 hours)', /must be rate\(1 hour\)/],
  ['rate(2 day)', /must be rate\(2 days\)/],
  ['rate(0 days)', /positive whole number/],
  ['rate(1.5 hours)', /positive whole number/],
  ['rate(5 weeks)', /minutes, hours or days/],
  ['at(2030-01-31)', /yyyy-mm-ddThh:mm:ss/],
  ['at(2030-02-30T03:00:00)', /an existing time/],
  ['at(2030-01-31T24:00:00)', /an existing time/],
  ['at(2030-01-31T03:00:00Z)', /yyyy-mm-ddThh:mm:ss/],
];

describe('scheduleExpressionProblem', () => {
  for (const expression of accepted) {
    it(`accepts ${expression}`, () => {
      const problem = scheduleExpressionProblem(expression);

      assert.equal(problem, undefined);
    });
  }

  for (const [expression, expected] of refused) {
    it(`refuses ${expression}`, () => {
      const problem = scheduleExpressionProblem(expression);

      assert.match(problem ?? 'none', expected);
    });
  }
});
