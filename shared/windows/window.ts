import { Temporal } from 'temporal-polyfill';

/** The days of the week, from Monday on. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When work may be done: on some days of the week, from a time of the clock to another. */
export interface Window {
  /** IANA. */
  timezone: string;
  /** Those on which it opens. */
  days: readonly (typeof DAYS)[number][];
  /** `20:00` */
  from: string;
  /** At or before `from`: on the next day. */
  to: string;
  /** Days on which it does not open, `2026-12-24`. */
  except: readonly string[];
}

/** How a window stands at one moment. Times are epoch milliseconds; those that are left out are more than a year away. */
export interface WindowState {
  isOpen: boolean;
  /** When it closes, where it is open. */
  closesAt?: number;
  /** When it opens for the next time after now. */
  opensAt?: number;
}

interface Opening {
  from: number;
  to: number;
}

/** A night may go on from the day before, and the clock may have been changed in it. */
const DAYS_BACK = 2;
const DAYS_AHEAD = 400;

/**
 * Whether a window is open, when it closes and when it opens next. Times of the clock that do not exist on a day move
 * forward by as much as the clock does; those that there are twice count from the first. Openings without a pause
 * between them are one.
 */
export function windowAt(window: Window, now: number): WindowState {
  const last = now + DAYS_AHEAD * 86_400_000;
  let current: Opening | undefined;
  for (const opening of openingsAround(window, now)) {
    if (opening.to <= now) continue;
    if (opening.from > now && (current === undefined || opening.from > current.to)) {
      return { ...stateOf(current, last), opensAt: opening.from };
    }
    current = { from: current?.from ?? opening.from, to: Math.max(current?.to ?? 0, opening.to) };
  }
  return stateOf(current, last);
}

function stateOf(current: Opening | undefined, last: number): WindowState {
  if (current === undefined) return { isOpen: false };
  return current.to < last ? { isOpen: true, closesAt: current.to } : { isOpen: true };
}

/** One after the other, each computed when it is asked for. */
function* openingsAround({ timezone, days, from, to, except }: Window, now: number): Generator<Opening> {
  const [opens, closes] = [Temporal.PlainTime.from(from), Temporal.PlainTime.from(to)];
  const isOvernight = Temporal.PlainTime.compare(closes, opens) <= 0;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const instant = (date: Temporal.PlainDate, plainTime: Temporal.PlainTime) =>
    date.toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds;
  for (let offset = -DAYS_BACK; offset <= DAYS_AHEAD; offset += 1) {
    const date = today.add({ days: offset });
    const day = DAYS[date.dayOfWeek - 1];
    if (day === undefined || !days.includes(day) || except.includes(date.toString())) continue;
    const opening = { from: instant(date, opens), to: instant(isOvernight ? date.add({ days: 1 }) : date, closes) };
    // Both may have moved to the same moment.
    if (opening.from < opening.to) yield opening;
  }
}
