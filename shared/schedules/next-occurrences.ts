const MS_PER_DAY = 86_400_000;
/** Between two 29ths of February there may be eight years. */
const MOST_DAYS = 8 * 366 + 1;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const SATURDAY = 7;

/** A day of the calendar; months and weekdays count from 1, Sunday is 1. */
interface Day {
  year: number;
  month: number;
  day: number;
  weekday: number;
  /** Of its month. */
  lastDay: number;
}

/**
 * When an expression that was checked occurs next (pages "Schedule types on EventBridge Scheduler"): a local time that the
 * change of the clocks skips has no occurrence, one that it doubles has the first. A `rate` counts from the deployment,
 * so it has none here.
 */
export function nextOccurrences(expression: string, timezone: string, from: Date, count = 3): Date[] {
  const [, kind, body = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return [];
  if (kind === 'cron') return cronOccurrences(body, timezone, from, count);
  const at = instantOf(Date.parse(`${body}Z`), timezone);
  return at !== undefined && at > from.getTime() ? [new Date(at)] : [];
}

function cronOccurrences(body: string, timezone: string, from: Date, count: number): Date[] {
  const [minute = '', hour = '', ofMonth = '', month = '', ofWeek = '', year = ''] = body
    .trim()
    .toUpperCase()
    .split(/\s+/);
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const months = valuesOf(month, 1, 12, MONTHS);
  const years = valuesOf(year, 1970, 2199);
  const found: number[] = [];
  const start = Math.floor(from.getTime() / MS_PER_DAY) - 1;
  for (let index = start; index < start + MOST_DAYS && found.length < count; index += 1) {
    const day = dayOf(index * MS_PER_DAY);
    if (!years.has(day.year) || !months.has(day.month)) continue;
    if (!(ofMonth === '?' ? isOfWeek(ofWeek, day) : isOfMonth(ofMonth, day))) continue;
    const instants = [...hours].flatMap((h) =>
      [...minutes].map((m) => instantOf(index * MS_PER_DAY + (h * 60 + m) * 60_000, timezone)),
    );
    const later = instants.filter((instant) => instant !== undefined).filter((instant) => instant > from.getTime());
    found.push(...later.sort((one, other) => one - other));
  }
  return found.slice(0, count).map((instant) => new Date(instant));
}

/** `*`, values, ranges that may go round, and steps, separated by commas. */
function valuesOf(field: string, least: number, most: number, names: readonly string[] = []): Set<number> {
  const numberOf = (text: string) => (names.includes(text) ? names.indexOf(text) + 1 : Number(text));
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [first = '', last] = range === '*' ? [String(least), String(most)] : range.split('-');
    const start = numberOf(first);
    const end = last === undefined ? (item.includes('/') ? most : start) : numberOf(last);
    const length = end >= start ? end - start : most - least + 1 - (start - end);
    for (let at = 0; at <= length; at += Number(step)) {
      values.add(((start + at - least) % (most - least + 1)) + least);
    }
  }
  return values;
}

function dayOf(ms: number): Day {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, lastDay };
}

function isOfMonth(field: string, date: Day): boolean {
  const { day, lastDay } = date;
  const [, back] = /^L(?:-(\d+))?$/.exec(field) ?? [];
  if (field.startsWith('L') && field !== 'LW') return day === lastDay - Number(back ?? 0);
  const [, wanted] = /^(\d+)W$/.exec(field) ?? [];
  if (field === 'LW') return day === nearestWeekday(lastDay, date);
  if (wanted !== undefined) return Number(wanted) <= lastDay && day === nearestWeekday(Number(wanted), date);
  return valuesOf(field, 1, 31).has(day);
}

/** The weekday nearest to a day, in its own month. */
function nearestWeekday(wanted: number, { day, weekday, lastDay }: Day): number {
  const ofWanted = (((weekday - 1 + wanted - day) % 7) + 7) % 7;
  if (ofWanted === 6) return wanted === 1 ? 3 : wanted - 1;
  if (ofWanted === 0) return wanted === lastDay ? wanted - 2 : wanted + 1;
  return wanted;
}

function isOfWeek(field: string, { day, weekday, lastDay }: Day): boolean {
  const numberOf = (text = '') => (WEEKDAYS.includes(text) ? WEEKDAYS.indexOf(text) + 1 : Number(text));
  if (field === 'L') return weekday === SATURDAY;
  const [, last] = /^(\w+?)L$/.exec(field) ?? [];
  if (last !== undefined) return weekday === numberOf(last) && day > lastDay - 7;
  const [, which, nth] = /^(\w+)#(\d)$/.exec(field) ?? [];
  if (which !== undefined) return weekday === numberOf(which) && Math.ceil(day / 7) === Number(nth);
  return valuesOf(field, 1, 7, WEEKDAYS).has(weekday);
}

/** The instant of a local time, given as if it were UTC; the first of two, undefined where the clocks skip it. */
function instantOf(local: number, timezone: string): number | undefined {
  const offsets = [local - MS_PER_DAY, local + MS_PER_DAY].map((around) => offsetAt(around, timezone));
  return offsets
    .map((offset) => local - offset)
    .filter((instant) => instant + offsetAt(instant, timezone) === local)
    .sort((one, other) => one - other)[0];
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the local time is ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}
