import type { Unsent } from '../../shared/http/unsent.ts';
import { planContentPurge } from '../../shared/microstrategy/plan-content-purge.ts';
import type { Project } from '../../shared/microstrategy/projects.ts';
import type { MicrostrategySession } from '../../shared/microstrategy/session.ts';
import type { Input } from './input.ts';
import { purgeAll } from './purge-all.ts';
import type { PurgeResult } from './results.ts';

interface DryRun {
  results: PurgeResult[];
  /** Where caches are listed: how many fit, and which the first are. */
  dryRun?: { told: object; unnamed: number };
}

/** What `purgeAll` would send; `unsent` takes it. */
export async function planAll(
  session: MicrostrategySession,
  projects: Project[],
  input: Input,
  unsent: Unsent[],
): Promise<DryRun> {
  const types = [...new Set(input.cacheTypes)];
  const stored = types.filter((type) => type === 'content' || type === 'cube');
  const results = await purgeAll(session, projects, { ...input, cacheTypes: types.filter(isPurgedWhole) });
  if (stored.length === 0) return { results };
  const { where, invalidate } = input;
  const { would, wouldMore, ...told } = await planContentPurge(session, projects, { types: stored, where, invalidate });
  unsent.push(...would);
  return { results, dryRun: { told, unnamed: wouldMore } };
}

function isPurgedWhole(type: Input['cacheTypes'][number]): boolean {
  return type === 'element' || type === 'object';
}
