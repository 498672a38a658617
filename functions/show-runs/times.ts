const MINUTE_MS = 60_000;

/** How times are written for whoever looks: in the zone of the dashboard, and from now. */
export interface Clock {
  now: number;
  offsetMinutes: number;
  /** `UTC`, or `UTC+01:00`. */
  zone: string;
}

/** @param offset as the dashboard tells it: `+01:00` */
export function clockOf(now: number, offset = ''): Clock {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  return { now, offsetMinutes: ahead, zone: ahead === 0 ? 'UTC' : `UTC${offset}` };
}

/** `2026-11-27 03:00`; what is no time is left out. */
export function at(time: string | undefined, { offsetMinutes }: Clock): string {
  const instant = Date.parse(time ?? '');
  if (!Number.isFinite(instant)) return '';
  return new Date(instant + offsetMinutes * MINUTE_MS).toISOString().slice(0, 16).replace('T', ' ');
}

/** The same, and how far it is from now: `2026-11-27 03:00 (in 2 h 5 min)`. */
export function atWithDistance(time: string | undefined, clock: Clock): string {
  const text = at(time, clock);
  if (text === '') return '';
  const distance = Date.parse(time ?? '') - clock.now;
  return `${text} (${distance >= 0 ? `in ${duration(distance)}` : `${duration(-distance)} ago`})`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}
