import { callCost, pausedWaitSeconds, RUN_COST, submitLeaseUntil } from '../../shared/jobs/poll-policy.ts';
import { environment } from '../../shared/lambda/environment.ts';
import type { EntryKey } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import type { Pause } from '../../shared/ledger/pauses.ts';
import { runsAhead } from './queue.ts';

/** Of runs that a pause has kept waiting one begins each second, up to so many. */
const MOST_AHEAD = 300;

interface PausedRun extends EntryKey {
  ticket: string;
}

interface Kept {
  run: PausedRun;
  claim: string;
  pause: Pause;
  /** Whether the run holds the claim already: nobody else gets it meanwhile. */
  holds: boolean;
}

/**
 * Says in the entry that the run is paused, until when and why, and what waiting has cost so far. Gives how long it waits
 * until it looks again: at the pause's end each a second after the one that was started before it.
 */
export async function keepPaused(ledger: LedgerTable, { run, claim, pause, holds }: Kept) {
  const now = Date.now();
  const time = new Date(now).toISOString();
  const { status, pausedAt = time, watchingCost = RUN_COST } = (await ledger.entry(run)) ?? {};
  const since = status === 'paused' ? pausedAt : time;
  await ledger.step(run, 'pauses', {
    set: {
      ...(holds ? {} : { waitingFor: claim }),
      pausedAt: since,
      pausedUntil: pause.until,
      pausedFor: pause.reason,
      seenAt: time,
      watchingCost: Number((watchingCost + callCost(0)).toFixed(8)),
      expiresAt: expiresAt(now, environment('KEEP_DAYS').KEEP_DAYS),
    },
    remove: ['attachedTo'],
  });
  const leftSeconds = (Date.parse(pause.until) - now) / 1000;
  const look = pausedWaitSeconds((now - Date.parse(since)) / 1000);
  const waitSeconds =
    look < leftSeconds ? look : Math.ceil(leftSeconds) + (holds ? 0 : await ahead(ledger, run, claim));
  if (holds) {
    await ledger.changeClaim(claim, run, { leaseUntil: submitLeaseUntil(now + waitSeconds * 1000) });
  }
  return { next: 'wait', waitSeconds, since: new Date(now + waitSeconds * 1000).toISOString() };
}

async function ahead(ledger: LedgerTable, { ticket }: PausedRun, claim: string): Promise<number> {
  const place = { claim, ticket, claimed: await ledger.claim(claim) };
  return await runsAhead(ledger, place, { now: Date.now(), enough: MOST_AHEAD });
}

/** What the wait of this run has cost, beside what every run costs. */
export async function waitingCost(ledger: LedgerTable, run: EntryKey): Promise<number> {
  const { watchingCost = RUN_COST } = (await ledger.entry(run)) ?? {};
  return Number((watchingCost - RUN_COST).toFixed(8));
}
