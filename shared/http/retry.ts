import { setTimeout as sleep } from 'node:timers/promises';
import { VendorAuthError, VendorBusyError, VendorUnreachableError } from '../errors.ts';

const ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 500;
const MAX_RETRY_AFTER_SECONDS = 30;

/** Which failures may be followed by another attempt. */
export type Repeatable = 'always' | 'if-nothing-was-done' | 'never';

/**
 * Up to three attempts, with backoff and jitter; a `Retry-After` of up to 30 s is waited for, a longer one ends the
 * attempts. `if-nothing-was-done` is for a submit: only when no byte left, or the server refused before any work.
 */
export async function repeat<T>(repeatable: Repeatable, deadline: number, attempt: () => Promise<T>): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (attemptNumber === ATTEMPTS || !mayRepeat(error, repeatable)) throw error;
      const waitMs = waitBefore(error, attemptNumber);
      if (Date.now() + waitMs >= deadline) throw error;
      await sleep(waitMs);
    }
  }
}

function mayRepeat(error: unknown, repeatable: Repeatable): boolean {
  if (error instanceof VendorUnreachableError && !error.passing) return false;
  if (error instanceof VendorBusyError && (error.retryAfterSeconds ?? 0) > MAX_RETRY_AFTER_SECONDS) return false;
  if (!(error instanceof VendorUnreachableError || error instanceof VendorBusyError)) return false;
  return repeatable === 'always' || (repeatable === 'if-nothing-was-done' && !error.sent);
}

function waitBefore(error: unknown, attemptNumber: number): number {
  if (error instanceof VendorBusyError && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  const backoffMs = FIRST_BACKOFF_MS * 2 ** (attemptNumber - 1);
  return backoffMs / 2 + Math.random() * (backoffMs / 2);
}

/** Credentials, certificates or a proxy refused: only a secret that has changed meanwhile can help. */
export function isRefused(error: unknown): boolean {
  return error instanceof VendorAuthError || (error instanceof VendorUnreachableError && !error.passing);
}
