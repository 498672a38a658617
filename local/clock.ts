import { setTimeout } from 'node:timers/promises';

/** The time in which executions run. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so many seconds; rejects when the signal is aborted. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
  /** Something is at work from now on, until the function that this gives is called. */
  hold(): () => void;
  /** Waits for something else that is at work. */
  waitFor<T>(other: Promise<T>): Promise<T>;
  /** Does something again and again, as long as there is anything else to wait for; gives the function that ends it. */
  every(seconds: number, act: () => Promise<unknown>): () => void;
}

/** The longest delay of a Node.js timer; a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. */
export const realClock: Clock = {
  now: () => Date.now(),
  async sleep(seconds, signal) {
    for (let leftMs = seconds * 1000; leftMs > 0; leftMs -= LONGEST_TIMER_MS) {
      await setTimeout(Math.min(leftMs, LONGEST_TIMER_MS), undefined, { signal });
    }
  },
  hold: () => () => undefined,
  waitFor: (other) => other,
  every(seconds, act) {
    const timer = setInterval(() => void act(), seconds * 1000).unref();
    return () => clearInterval(timer);
  },
};
