import dns from 'node:dns';
import { mock } from 'node:test';
import undiciTimers from 'undici/lib/util/timers.js';
import { turns, type VirtualTime } from './virtual-time.ts';

/** What becomes of a name that is looked up; `silent` for a connection that never comes about. */
export type Resolution = 'found' | 'not found' | 'silent';

/** As `net` calls it. */
type Lookup = (
  name: string,
  options: dns.LookupOptions,
  callback: (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void,
) => void;

interface Options {
  time: VirtualTime;
  resolve: () => Promise<Resolution>;
  /** Told after how many seconds a connection that did not come about was given up. */
  onGivenUp: (seconds: number) => void;
}

const NAME = 'localhost';
const ADDRESS = { address: '127.0.0.1', family: 4 };
const MAX_CONNECT_SECONDS = 20;

/** Resolves `localhost` to 127.0.0.1, unless told otherwise; what a connection waits for passes in virtual time. */
export function useResolver({ time, resolve, onGivenUp }: Options): { restore(): void } {
  const { lookup }: { lookup: Lookup } = dns;
  let lookups = 0;
  const mocked = mock.method(dns, 'lookup', (...call: Parameters<Lookup>) => {
    const [name, options, callback] = call;
    // A server that begins to listen looks its address up too.
    if (name !== NAME) {
      lookup(...call);
      return;
    }
    answer(options, callback).catch((error: unknown) => callback(Object(error), '', 0));
  });

  async function answer({ all }: dns.LookupOptions, callback: Parameters<Lookup>[2]): Promise<void> {
    lookups += 1;
    const resolution = await resolve();
    if (resolution === 'not found') {
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${NAME}`), { code: 'ENOTFOUND' }), '', 0);
    } else if (resolution === 'found') {
      if (all) callback(null, [ADDRESS]);
      else callback(null, ADDRESS.address, ADDRESS.family);
    } else {
      await passConnectLimit();
    }
  }

  /** The limit of a connection is undici's own timer: it is let run second by second. */
  async function passConnectLimit(): Promise<void> {
    const { waits } = time;
    const mine = lookups;
    for (let seconds = 1; seconds <= MAX_CONNECT_SECONDS && mine === lookups; seconds += 1) {
      undiciTimers.tick(1000);
      time.pass(1000);
      await turns();
      if (time.waits === waits) continue;
      onGivenUp(seconds);
      return;
    }
  }
  return {
    restore() {
      lookups = Number.POSITIVE_INFINITY;
      mocked.mock.restore();
    },
  };
}
