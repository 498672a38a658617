import type { Mailbox } from '../../shared/ledger/raster-items.ts';
import type { Source } from '../../shared/rasters/sources.ts';

/** Of the time since the first raster: a wait is no shorter, so that looks are few where rasters come all the time. */
const SHARE = 0.5;
/** Of the quiet time: so long after the last raster the work starts at the latest. */
const LATEST = 1.5;

/** How many seconds to wait before the work on what is in the mailbox starts; 0: none. */
export function quietSeconds(box: Mailbox, { quiet, longest }: Source['together'], now: number): number {
  if (box.lastAt === undefined) return 0;
  const [last, first] = [Date.parse(box.lastAt), Date.parse(box.firstAt ?? box.lastAt)];
  const due = Math.min(last + quiet * 1000, first + longest * 1000);
  if (due <= now) return 0;
  const latest = Math.min(last + LATEST * quiet * 1000, first + longest * 1000);
  const next = Math.min(Math.max(due, now + (now - first) * SHARE), latest);
  return Math.ceil((next - now) / 1000);
}
