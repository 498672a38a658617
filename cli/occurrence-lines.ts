import type { Settings } from '../infra/settings/settings.ts';
import { nextOccurrences } from '../shared/schedules/next-occurrences.ts';

/** When each schedule starts next: three times, as clocks in its own time zone show them. */
export function occurrenceLines({ schedules }: Pick<Settings, 'schedules'>, now = new Date()): string[] {
  return schedules.map((schedule) => `  ${schedule.name}: ${timesOf(schedule, now)}`);
}

function timesOf({ expression, timezone, enabled }: Settings['schedules'][number], now: Date): string {
  if (!enabled) return 'switched off';
  const [, interval] = /^rate\((?:1 )?(.*)\)$/.exec(expression) ?? [];
  if (interval !== undefined) return `every ${interval}, beginning with the deployment`;
  const times = nextOccurrences(expression, timezone, now).map((time) => localTime(time, timezone));
  return times.length === 0 ? 'never again' : `${times.join(', ')} (${timezone})`;
}

/** `2026-11-27 03:00 GMT+1`: what is before and after a change of the clocks differs. */
function localTime(time: Date, timeZone: string): string {
  // Sweden writes dates as ISO 8601 does.
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(time);
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(time);
  return `${date} ${zone.find(({ type }) => type === 'timeZoneName')?.value}`;
}
