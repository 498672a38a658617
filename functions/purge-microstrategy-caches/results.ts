import type { Input } from './input.ts';

/**
 * What became of one type of caches of one project. `accepted`: the server has triggered the purge; when it is done it does
 * not tell. `deleted`: content or cube caches, as many as `deleted` says.
 */
export interface PurgeResult {
  projectId: string;
  projectName?: string;
  cacheType: Input['cacheTypes'][number];
  status: 'deleted' | 'accepted' | 'skipped' | 'failed';
  deleted?: number;
  reason?: string;
}

const MAX_RESULTS_BYTES = 28_000;
const ORDER = ['failed', 'skipped', 'accepted', 'deleted'];

/** The results; where they do not fit into 32 KB the failures come first, with counts of them all. */
export function fitResults(results: PurgeResult[]) {
  if (firstThatFit(results).length === results.length) return { results };
  const sorted = results.toSorted((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
  const counts: Partial<Record<PurgeResult['status'], number>> = { accepted: 0, skipped: 0, failed: 0 };
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return { results: firstThatFit(sorted), counts, truncated: true };
}

function firstThatFit(results: PurgeResult[]): PurgeResult[] {
  let bytes = 2;
  const end = results.findIndex((result) => {
    bytes += Buffer.byteLength(JSON.stringify(result)) + 1;
    return bytes > MAX_RESULTS_BYTES;
  });
  return end === -1 ? results : results.slice(0, end);
}
