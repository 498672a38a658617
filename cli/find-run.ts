import { operations } from '../infra/operations.ts';
import type { KeptEntry, Key } from '../local/ledger.ts';
import { momentOf } from './since.ts';
import { UsageError } from './usage.ts';

/** The partitions of the ledger that hold runs. */
export const RUN_OPERATIONS: readonly string[] = [...operations.map(({ name }) => name), 'renew-from-rasters'];

/** Where runs can be looked up. */
export interface Runs {
  /** A run by its key. */
  run(key: Key): Promise<KeptEntry | undefined>;
  /** Those that started since (epoch milliseconds), the newest first. */
  runs(since: number): Promise<KeptEntry[]>;
}

/** A name that was shortened is looked for among the runs of this time. */
const SEARCHED = '90d';
const SHOWN = 5;

/**
 * The run that `<operation>/<execution name>`, an execution's ARN, a name, or the beginning of a name stands for.
 *
 * @throws {UsageError} where there is none, or more than one
 */
export async function findRun(runs: Runs, reference: string): Promise<KeptEntry> {
  const { operation, name } = partsOf(reference);
  const candidates = RUN_OPERATIONS.filter((one) => operation === undefined || one === operation);
  const exact = await Promise.all(candidates.map((one) => runs.run({ operation: one, name })));
  const found = exact.filter((run) => run !== undefined);
  if (found.length === 0) {
    const recent = await runs.runs(momentOf(SEARCHED));
    const like = recent.filter((run) => candidates.includes(run.operation) && run.name.startsWith(name));
    // The names of a run's parts begin with its own.
    const whole = like.filter((run) => run['parent'] === undefined);
    found.push(...(whole.length > 0 ? whole : like));
  }
  const [run, ...more] = found;
  if (run === undefined)
    throw new UsageError(`There is no run "${reference}". The command runs lists those that there are.`);
  if (more.length > 0) throw new UsageError(`"${reference}" is more than one run: ${listed(found)}`);
  return run;
}

function partsOf(reference: string): { operation?: string; name: string } {
  const [, machine, ofMachine] = /^arn:[^:]+:states:[^:]*:[^:]*:execution:([^:]+):(.+)$/.exec(reference) ?? [];
  if (machine !== undefined && ofMachine !== undefined) {
    // The stack's name may stand before it.
    const operation = RUN_OPERATIONS.find((one) => machine === one || machine.endsWith(`-${one}`));
    return { operation: operation ?? machine, name: ofMachine };
  }
  const slash = reference.indexOf('/');
  const operation = reference.slice(0, Math.max(0, slash));
  if (RUN_OPERATIONS.includes(operation)) return { operation, name: reference.slice(slash + 1) };
  return { name: reference };
}

function listed(runs: readonly Key[]): string {
  const names = runs.slice(0, SHOWN).map(({ operation, name }) => `${operation}/${name}`);
  return [...names, ...(runs.length > SHOWN ? [`${runs.length - SHOWN} more`] : [])].join(', ');
}
