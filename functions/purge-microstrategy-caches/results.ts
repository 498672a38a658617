import { fitResults as fit } from '../../shared/fit-results.ts';
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

const ORDER = ['failed', 'skipped', 'accepted', 'deleted'];

/** The results; where they do not fit the failures come first, with counts of them all. */
export function fitResults(results: PurgeResult[]) {
  return fit(results, ORDER, ['accepted', 'skipped', 'failed']);
}
