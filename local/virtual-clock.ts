import type { Clock } from './clock.ts';

interface Sleeper {
  wakeAt: number;
  wake: () => void;
}

interface Repeated {
  nextAt: number;
  seconds: number;
  act: () => Promise<unknown>;
}

/**
 * A clock that stands still while anything is at work and jumps to the next wake-up when all sleep. What is at work has
 * called `hold`; only that may `sleep` or `waitFor`.
 */
export class VirtualClock implements Clock {
  readonly #onJump: (now: number) => void;
  readonly #sleepers = new Set<Sleeper>();
  readonly #repeated = new Set<Repeated>();
  #now: number;
  #working = 0;

  constructor(startAt: number, onJump: (now: number) => void = () => undefined) {
    this.#now = startAt;
    this.#onJump = onJump;
  }

  /** Whole milliseconds, however short the sleeps are. */
  readonly now = (): number => Math.floor(this.#now);

  hold(): () => void {
    this.#working += 1;
    let held = true;
    return () => {
      if (held) this.#rest();
      held = false;
    };
  }

  async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { wakeAt: this.#now + seconds * 1000, wake: resolve };
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#sleepers.add(sleeper);
    this.#rest();
    try {
      await promise;
    } catch (error) {
      this.#working += 1;
      throw error;
    } finally {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async waitFor<T>(other: Promise<T>): Promise<T> {
    this.#rest();
    try {
      return await other;
    } finally {
      this.#working += 1;
    }
  }

  /** The clock does not jump for this alone: where nobody sleeps it is not done any more. */
  every(seconds: number, act: () => Promise<unknown>): () => void {
    const repeated = { nextAt: this.#now + seconds * 1000, seconds, act };
    this.#repeated.add(repeated);
    return () => this.#repeated.delete(repeated);
  }

  /** Does something in so many seconds, the time standing still meanwhile. */
  async after<T>(seconds: number, act: () => T | Promise<T>): Promise<T> {
    const release = this.hold();
    try {
      await this.sleep(seconds);
      return await act();
    } finally {
      release();
    }
  }

  /** What follows at once on the end of a piece of work is at work before the clock jumps. */
  #rest(): void {
    this.#working -= 1;
    setImmediate(() => this.#jump());
  }

  #jump(): void {
    if (this.#working > 0 || this.#sleepers.size === 0) return;
    const wakeAt = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.wakeAt));
    const due = [...this.#repeated].sort((one, other) => one.nextAt - other.nextAt)[0];
    if (due !== undefined && due.nextAt < wakeAt) {
      this.#repeat(due);
      return;
    }
    this.#now = Math.max(this.#now, wakeAt);
    this.#onJump(this.now());
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAt > this.#now) continue;
      this.#sleepers.delete(sleeper);
      this.#working += 1;
      sleeper.wake();
    }
  }

  #repeat(repeated: Repeated): void {
    this.#now = Math.max(this.#now, repeated.nextAt);
    this.#onJump(this.now());
    repeated.nextAt += repeated.seconds * 1000;
    const release = this.hold();
    void repeated.act().finally(release);
  }
}
