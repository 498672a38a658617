import { type Window, windowAt } from '../../shared/windows/window.ts';

/** How long units take: seconds of each job, and of each tile. */
export interface Pace {
  job: number;
  tile: number;
}

/** What was measured: tiles and seconds of jobs. */
export type Measured = readonly (readonly [tiles: number, seconds: number])[];

export const KEPT_MEASUREMENTS = 10;

/** By least squares; a job never takes less for more tiles, nor more than in proportion to them. */
export function paceOf(measured: Measured): Pace | undefined {
  if (measured.length === 0) return undefined;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / measured.length;
  const tiles = mean(measured.map(([count]) => count));
  const seconds = mean(measured.map(([, length]) => length));
  const spread = mean(measured.map(([count]) => (count - tiles) ** 2));
  const together = mean(measured.map(([count, length]) => (count - tiles) * (length - seconds)));
  const slope = spread > 0 ? together / spread : 0;
  const tile = Math.min(Math.max(slope, 0), tiles > 0 ? seconds / tiles : 0);
  return { job: seconds - tile * tiles, tile };
}

export function secondsOf({ job, tile }: Pace, work: { tiles: number; jobs: number }): number {
  return job * work.jobs + tile * work.tiles;
}

const MAX_OPENINGS = 1_000;

/** What an estimate rests on, in words. */
export function basisOf({ length }: Measured): string {
  return length === 1
    ? 'the last job of this service in this mode'
    : `the last ${length} jobs of this service in this mode`;
}

/** When so many seconds of work are over that is done in a window only (epoch milliseconds); undefined: not within a year. */
export function endOfWork(window: Window | undefined, now: number, seconds: number): number | undefined {
  if (window === undefined) return now + seconds * 1000;
  let at = now;
  let left = seconds * 1000;
  for (let count = 0; count < MAX_OPENINGS; count += 1) {
    const { isOpen, closesAt = Number.POSITIVE_INFINITY, opensAt } = windowAt(window, at);
    if (isOpen) {
      if (at + left <= closesAt) return at + left;
      left -= closesAt - at;
    }
    if (opensAt === undefined) return undefined;
    at = opensAt;
  }
  return undefined;
}
