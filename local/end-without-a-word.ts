import type { LedgerEntry } from './ledger.ts';

/** The entry of a run whose command was killed, at a time (ISO 8601): nothing of it goes on here, but its job may. */
export function endWithoutAWord<T extends LedgerEntry>({ open: _, waitingFor: __, ...entry }: T, now: string) {
  const { status, jobId } = entry;
  if (status === 'waiting' || status === 'paused') {
    const cause = 'Its command was ended from outside before anything was sent to the server.';
    return { ...entry, status: 'cancelled', error: 'JobCancelledError', cause, finishedAt: now };
  }
  const job = jobId === undefined ? 'a job of it' : `its job ${jobId}`;
  const cause = `Its command was ended from outside. Whether ${job} runs on is not known: look for it on the server.`;
  return { ...entry, status: 'uncertain', error: 'JobLostError', cause, finishedAt: now };
}
