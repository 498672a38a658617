import { type ChildRun, childRunsOf } from '../../shared/ledger/child-runs.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { ended, type Step } from './step.ts';

/** Stops an execution; what has ended, or never began, is left as it is. */
export type Stop = (executionArn: string, why: { error: string; cause: string }) => Promise<void>;

const WHY = { error: 'Stopped', cause: 'The run that it is a part of was stopped.' };
const CAUSE =
  'The execution was stopped, and with it the runs of its targets that were at work; their own entries say what became of them.';

/**
 * For a run of several targets: stops the runs of single targets that have not ended. Step Functions does so too, but
 * promises no more than to try. Gives what becomes of the run itself; undefined where it has one target.
 */
export async function stopChildren(entry: Entry, ledger: LedgerTable, stop: Stop): Promise<Step | undefined> {
  const children = childRunsOf(entry);
  if (children.length === 0) return undefined;
  const known = new Map((await ledger.entriesOf(children)).map((one) => [one.name, one]));
  // One that has just begun has no entry yet.
  const isOver = ({ name }: ChildRun) => known.has(name) && known.get(name)?.open === undefined;
  for (const child of children) {
    if (!isOver(child)) await stop(child.executionArn, WHY);
  }
  return entry.status === 'running' ? ended('isStopped', CAUSE) : undefined;
}
