import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fireScheduledRules } from '../../local/scheduled-rules.ts';
import type { RuleResource } from '../../local/template.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';

const TARGET = 'arn:aws:lambda:us-east-1:000000000000:function:sweep';

function rule(more: Partial<RuleResource>): RuleResource {
  return { name: 'rule', arn: 'arn:aws:events:rule', State: 'ENABLED', Targets: [{ Arn: TARGET }], ...more };
}

function firing(rules: RuleResource[]) {
  const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const times: string[] = [];
  const end = fireScheduledRules(rules, clock, {
    async lambda(arn, event) {
      assert.equal(arn, TARGET);
      times.push(JSON.parse(event).time);
    },
  });
  return { clock, times, end };
}

test('a rule with a rate fires by the virtual clock, as long as anything else is waited for', async () => {
  const { clock, times } = firing([rule({ ScheduleExpression: 'rate(1 hour)' })]);

  await clock.after(2.5 * 3600, () => undefined);

  assert.deepEqual(times, ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']);
});

test('the time stands still while what a rule has set off is at work', async () => {
  const clock = new VirtualClock(0);
  const ends: number[] = [];
  fireScheduledRules([rule({ ScheduleExpression: 'rate(10 minutes)' })], clock, {
    async lambda() {
      await clock.sleep(60);
      ends.push(clock.now() / 1000);
    },
  });

  await clock.after(1500, () => undefined);

  assert.deepEqual(ends, [660, 1260]);
});

test('a rule that is disabled, or that waits for events, does not fire; nor does one after its end', async () => {
  const disabled = rule({ ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' });
  const { clock, times, end } = firing([
    disabled,
    rule({ EventPattern: {} }),
    rule({ ScheduleExpression: 'rate(2 minutes)' }),
  ]);

  await clock.after(150, end);
  await clock.after(600, () => undefined);

  assert.deepEqual(times, ['2026-01-01T00:02:00Z']);
});

test('a schedule that the platform does not know is an error', () => {
  assert.throws(() => firing([rule({ ScheduleExpression: 'cron(0 * * * ? *)' })]), /cron\(0 \* \* \* \? \*\)/);
});
