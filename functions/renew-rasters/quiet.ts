import type { Mailbox } from '../../shared/ledger/raster-items.ts';
import type { Source } from '../../shared/rasters/sources.ts';

/** Of the time since the first raster: a wait is no shorter, so that waits are few however the rasters come. */
const SHARE = 0.02;

/** How many seconds to wait before the work on what is in the mailbox starts; 0: none. */
export function quietSeconds(box: Mailbox, { quiet, longest }: Source['together'], now: number): number {
  if (box.lastAt === undefined) return 0;
  const first = Date.parse(box.firstAt ?? box.lastAt);
  const latest = first + longest * 1000;
  const due = Math.min(Date.parse(box.lastAt) + quiet * 1000, latest);
  if (due <= now) return 0;
  const shortest = Math.min((now - first) * SHARE, latest - now);
  return Math.ceil(Math.max(due - now, shortest) / 1000);
}
