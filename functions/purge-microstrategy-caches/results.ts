import type { CacheType } from '../../shared/microstrategy/caches.ts';

/** What became of one cache of one project. `accepted`: the server has triggered the purge; when it is done it does not tell. */
export interface PurgeResult {
  projectId: string;
  projectName?: string;
  cacheType: CacheType;
  status: 'accepted' | 'skipped' | 'failed';
  reason?: string;
}

const MAX_RESULTS_BYTES = 28_000;
const ORDER = ['failed', 'skipped', 'accepted'];

/** The results; where they do not fit into 32 KB the failures come first, with counts of them all. */
export function fitResults(results: PurgeResult[]) {
  if (firstThatFit(results).length === results.length) return { results };
  const sorted = results.toSorted((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
  const counts = { accepted: 0, skipped: 0, failed: 0 };
  for (const { status } of results) counts[status] += 1;
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
