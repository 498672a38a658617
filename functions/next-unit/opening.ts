import { type Window, windowAt } from '../../shared/windows/window.ts';

/** Less is not worth a job. */
const LEAST_MS = 60_000;
/** What counts as a whole window. */
const WHOLE = 0.9;
const LONGEST_WAIT_SECONDS = 6 * 3600;

/** Whether a unit may start now; `until`: when its job is cancelled (epoch milliseconds). */
export type Opening = { opens: false; at: number } | { opens: true; until?: number; hadAll: boolean };

/**
 * Whether work that takes so long may start. What does not fit into the rest of the window waits for the next one, but for
 * what no window is long enough for: that starts with a window, in case it takes less than is expected.
 */
export function openingFor(window: Window | undefined, now: number, seconds: number | undefined): Opening {
  if (window === undefined) return { opens: true, hadAll: true };
  const { isOpen, closesAt, opensAt = now + LONGEST_WAIT_SECONDS * 1000 } = windowAt(window, now);
  if (!isOpen) return { opens: false, at: opensAt };
  if (closesAt === undefined) return { opens: true, hadAll: true };
  const left = closesAt - now;
  const whole = (windowAt(window, opensAt).closesAt ?? Number.POSITIVE_INFINITY) - opensAt;
  const hadAll = left >= WHOLE * whole;
  const fits = left >= LEAST_MS && (seconds === undefined || seconds * 1000 <= left);
  return fits || hadAll ? { opens: true, until: closesAt, hadAll } : { opens: false, at: opensAt };
}

/** Whole seconds until then, and not so long that nobody looks in between. */
export function waitUntil(at: number, now: number): number {
  return Math.min(Math.max(1, Math.ceil((at - now) / 1000)), LONGEST_WAIT_SECONDS);
}
