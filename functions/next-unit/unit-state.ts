import { environment } from '../../shared/lambda/environment.ts';
import { type Entry, type EntryKey, isOpen } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import type { RunningUnit } from '../../shared/ledger/plans.ts';
import { endOf, type UnitEnd } from './ends.ts';
import type { LaneEvent } from './events.ts';

/** Starts an execution; of the same name only one. */
export type StartMachine = (arn: string, name: string, input: object) => Promise<unknown>;

interface Means {
  ledger: LedgerTable;
  startMachine: StartMachine;
}

/** How a unit that was given to this lane stands. */
export async function howItEnded(
  { run, told, ended }: LaneEvent,
  mine: RunningUnit,
  { ledger, startMachine }: Means,
): Promise<UnitEnd | 'at work' | 'being cancelled'> {
  const key = { operation: run.operation, name: mine.name };
  if (mine.cancelling !== undefined) return afterCancelling(await ledger.entry(key), mine);
  // The answer that gave it was lost, or the lane was begun anew.
  if (told.name !== mine.name) return 'at work';
  const end = endOf(ended);
  if (end !== undefined) {
    await ensureWritten(ended, key, ledger);
    return end;
  }
  // Its machine has started what cancels the job.
  if (ended.status === 'overdue') return 'being cancelled';
  const entry = await ledger.entry(key);
  const written = entry && endInEntry(entry);
  if (written !== undefined) return written;
  const { CANCEL_RUN_ARN: cancelRunArn } = environment('CANCEL_RUN_ARN');
  await startMachine(cancelRunArn, `${mine.name.slice(-60)}-broken-off`, { run: key, ended: 'FAILED' });
  return 'being cancelled';
}

/** The machine of a unit goes on where the ledger fails. An entry left open would be taken for one of a run that nobody watches. */
async function ensureWritten(
  { status, write, Error: error, Cause: cause }: LaneEvent['ended'],
  key: EntryKey,
  ledger: LedgerTable,
): Promise<void> {
  const entry = await ledger.entry(key);
  if (entry === undefined || !isOpen(entry)) return;
  const finishedAt = new Date().toISOString();
  if (write !== undefined) await ledger.write(key, write);
  else if (status === 'failed') await ledger.step(key, 'fails', { set: { finishedAt, error, cause } });
}

/** The machine of the unit broke off, and may have written how it ended before. */
function endInEntry({ status, result, error, cause }: Entry): UnitEnd | undefined {
  if (status === 'succeeded') return endOf({ status, result: JSON.parse(result ?? '{}') });
  return status === 'failed' ? endOf({ status, Error: error, Cause: cause }) : undefined;
}

const LOST = 'AWS failed while the unit was at work; its job was cancelled.';

function afterCancelling(entry: Entry | undefined, { until }: RunningUnit): UnitEnd | 'being cancelled' {
  const { status, settledAt, error, cause = '' } = entry ?? { status: 'cancelled' as const };
  if (status === 'succeeded') return endOf({ status, result: JSON.parse(entry?.result ?? '{}') }) ?? 'being cancelled';
  if (status === 'uncertain') return { kind: 'failed', message: cause, mayRun: true };
  const isOver = settledAt !== undefined || status === 'cancelled' || status === 'stopped';
  if (!isOver) return 'being cancelled';
  if (until !== undefined && Date.parse(until) <= Date.now())
    return {
      kind: 'broken-off',
      message:
        'It had a whole window, and was still at work when that closed. Give plan.maxTilesPerJob, or a longer window.',
    };
  if (error === 'JobTimedOutError') return { kind: 'failed', message: cause };
  return { kind: 'site', Error: 'AwsUnavailableError', Cause: LOST };
}
