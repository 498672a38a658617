import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import timersPromises from 'node:timers/promises';

/** Turns of the event loop in a wait, so that a connection that has just ended is known to have ended. */
const TURNS = 4;

interface Limit {
  at: number;
  ms: number;
  controller: AbortController;
}

/**
 * Time that passes only when somebody waits: for a backoff it jumps by itself, for a server that says nothing whoever
 * plays that server lets it pass. `Date`, the waits between attempts and the limits of requests go by it, so a minute
 * takes no time and yet every limit is the function's own.
 */
export interface VirtualTime {
  /** Epoch milliseconds. */
  now(): number;
  /** How many waits between two attempts there were. */
  readonly waits: number;
  /** Lets so many milliseconds pass, and ends the request whose limit is over by then. */
  pass(milliseconds: number): void;
  /** Lets as much time pass as the request that was begun last has left; gives the limit that it was given. */
  passToLimit(): number;
  restore(): void;
}

/** Puts this process under virtual time; one function at a time may run in it. */
export function startVirtualTime(): VirtualTime {
  let now = Date.now();
  let newest: Limit | undefined;
  let waits = 0;
  mock.timers.enable({ apis: ['Date'], now });

  const pass = (milliseconds: number) => {
    now += milliseconds;
    mock.timers.setTime(now);
    if (newest === undefined || newest.at > now) return;
    const { controller } = newest;
    newest = undefined;
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  };
  // A function asks for one thing at a time: the newest limit is that of the request under way.
  const timeouts = mock.method(AbortSignal, 'timeout', (ms: number) => {
    // A mock keeps its calls, and with them all that hangs on a request.
    timeouts.mock.resetCalls();
    const controller = new AbortController();
    newest = { at: now + ms, ms, controller };
    return controller.signal;
  });
  const sleeps = mock.method(timersPromises, 'setTimeout', async (ms = 0) => {
    sleeps.mock.resetCalls();
    newest = undefined;
    waits += 1;
    pass(ms);
    await turns();
  });
  syncBuiltinESMExports();
  return {
    now: () => now,
    get waits() {
      return waits;
    },
    pass,
    passToLimit() {
      if (newest === undefined) throw new Error('no request is under way');
      const { at, ms } = newest;
      pass(at - now);
      return ms;
    },
    restore() {
      timeouts.mock.restore();
      sleeps.mock.restore();
      syncBuiltinESMExports();
      mock.timers.reset();
    },
  };
}

/** Lets the event loop do what it has to do. */
export async function turns(count = TURNS): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}
