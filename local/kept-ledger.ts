import type { KeptEntry } from './ledger.ts';
import type { LedgerFile } from './ledger-file.ts';

/** How soon a command sees what others ask of it. */
const LOOKS_MS = 500;

/** What other commands can do to a running one. */
interface Means {
  stop(executionArn: string): void;
  /** Puts a pause in the place of the one of that name. */
  pause(pause: KeptEntry): Promise<void>;
}

/** Does what other commands of this machine ask for: to stop a run of this one, or to keep hands off a target. */
export function heedOthers(file: LedgerFile, { stop, pause }: Means): () => void {
  const known = new Map(file.pauses().map(({ name, setAt }) => [name, setAt]));
  const timer = setInterval(() => {
    if (!file.hasNews()) return;
    for (const key of file.asked()) stop(String(file.run(key)?.['executionArn']));
    for (const set of file.pauses()) {
      if (known.get(set.name) === set['setAt']) continue;
      known.set(set.name, set['setAt']);
      void pause(set);
    }
  }, LOOKS_MS);
  timer.unref();
  return () => clearInterval(timer);
}
