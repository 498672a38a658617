import type { Clock } from './clock.ts';
import type { RuleResource } from './template.ts';

const SECONDS: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** How events are sent, by the service that an ARN names. */
type Delivery = Record<string, (arn: string, event: string) => Promise<unknown>>;

/**
 * Fires the rules that have a rate, again and again; gives the function that ends it.
 * @throws on a rule with another schedule, so that none is silently left out
 */
export function fireScheduledRules(rules: RuleResource[], clock: Clock, deliver: Delivery): () => void {
  const ends = rules.flatMap(({ name, arn, State, ScheduleExpression, Targets }) => {
    if (State === 'DISABLED' || ScheduleExpression === undefined) return [];
    const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
    if (count === undefined) throw new Error(`The local platform does not know ${ScheduleExpression} of rule ${name}`);
    return clock.every(Number(count) * (SECONDS[unit] ?? 0), async () => {
      const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [arn], detail: {} };
      for (const { Arn } of Targets) await deliver[Arn.split(':')[2] ?? '']?.(Arn, JSON.stringify(event));
    });
  });
  return () => {
    for (const end of ends) end();
  };
}
