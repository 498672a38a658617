import { UsageError } from './usage.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** The moment (epoch milliseconds) that `7d`, `12h`, `30m`, `2w` or a time stands for. @throws {UsageError} */
export function momentOf(text: string, now = Date.now()): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`--since ${text} is no time: give for example 30m, 12h, 7d, 2w or 2026-11-01`);
}
