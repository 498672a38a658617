import { PAUSED_SILENT_MS } from '../../shared/jobs/poll-policy.ts';
import type { Claim, Entry } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { time } from './equal-run.ts';

/** Twice the longest wait between two looks of a run that waits for its turn. */
const SILENT_MS = 30 * 60_000;
/** Versions up to 0.1.0 do not note that a run still waits: it looks every quarter of an hour at least. */
const UNCLAIMED_MS = 20 * 60_000;

/** How many runs came before this ticket and still wait. Counted up to `enough`. */
export async function runsAhead(
  ledger: LedgerTable,
  place: { claim: string; ticket: string; claimed: Claim },
  { now, enough }: { now: number; enough: number },
): Promise<number> {
  let count = 0;
  for await (const page of ledger.ahead(place.claim, place.ticket)) {
    count += page.filter((entry) => stillWaits(entry, place.claimed, now)).length;
    if (count >= enough) break;
  }
  return count;
}

/** A run that has not looked for long is gone without a word. */
function stillWaits({ waitingFor, seenAt, startedAt, status }: Entry, claimed: Claim, now: number): boolean {
  if (waitingFor === undefined) return false;
  if (seenAt !== undefined) return now - time(seenAt) < (status === 'paused' ? PAUSED_SILENT_MS : SILENT_MS);
  // A service that nobody ever claimed has been free since the run asked for it.
  const freeSince = claimed.releasedAt ?? claimed.leaseUntil ?? startedAt;
  return now - time(freeSince) < UNCLAIMED_MS;
}
