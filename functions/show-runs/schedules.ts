import { type Html, html } from '../../shared/lambda/html.ts';
import { nextOccurrences } from '../../shared/schedules/next-occurrences.ts';
import type { ScheduleList, ScheduleOfList } from '../../shared/schedules/schedule-list.ts';
import { andMore } from './parts.ts';
import { atWithDistance, type Clock } from './times.ts';

/** When each schedule starts next, the soonest first. */
export function schedules({ schedules: list, left }: ScheduleList, clock: Clock): Html {
  if (list.length === 0) return html`<h2>Schedules</h2><p>There is no schedule.</p>`;
  const rows = list
    .map((schedule) => ({ schedule, next: nextOf(schedule, clock.now) }))
    .toSorted((one, other) => rank(one.next) - rank(other.next))
    .map(({ schedule, next }) => row(schedule, next, clock));
  return html`<h2>Schedules</h2>
<table><caption class="co-hidden">When schedules start next</caption><thead><tr><th scope="col">Schedule</th><th scope="col">Operation</th><th scope="col">Target</th><th scope="col">Next</th><th scope="col">Expression</th></tr></thead>
<tbody>${rows}</tbody></table>${andMore(left, 'schedules, in EventBridge Scheduler')}`;
}

function nextOf({ expression, timezone, enabled }: ScheduleOfList, now: number): Date | undefined {
  return enabled ? nextOccurrences(expression, timezone, new Date(now), 1)[0] : undefined;
}

function rank(next: Date | undefined): number {
  return next?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function row(schedule: ScheduleOfList, next: Date | undefined, clock: Clock): Html {
  const { name, operation, target, expression, timezone } = schedule;
  const when = next === undefined ? withoutTime(schedule) : atWithDistance(next.toISOString(), clock);
  return html`<tr><th scope="row">${name}</th><td>${operation}</td><td>${target}</td><td>${when}</td><td class="co-soft">${expression}, ${timezone}</td></tr>
`;
}

function withoutTime({ expression, enabled }: ScheduleOfList): string {
  if (!enabled) return 'switched off';
  const [, interval] = /^rate\((?:1 )?(.*)\)$/.exec(expression) ?? [];
  return interval === undefined ? 'never again' : `every ${interval}`;
}
