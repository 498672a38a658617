import { redact } from '../../shared/http/redact.ts';
import { log } from '../../shared/lambda/log.ts';
import { meaningOf, purgeCache } from '../../shared/microstrategy/caches.ts';
import { type ClusterNode, listNodes } from '../../shared/microstrategy/nodes.ts';
import type { Project } from '../../shared/microstrategy/projects.ts';
import type { Tally } from '../../shared/microstrategy/remove-stored.ts';
import type { MicrostrategySession } from '../../shared/microstrategy/session.ts';
import { type Progress, purgeStored, type StoredOutcome, stopsAll } from '../../shared/microstrategy/stored-purge.ts';
import type { Input } from './input.ts';
import type { PurgeResult } from './results.ts';

type CacheType = Input['cacheTypes'][number];

const MAX_REASON_CHARACTERS = 500;
const PROGRESS_EVERY_MS = 10_000;

interface Purging {
  session: MicrostrategySession;
  input: Input;
  /** Asked for once, and only where caches are listed. */
  nodes: () => Promise<ClusterNode[]>;
  onProgress: (progress: Progress) => void;
  /** What was done before. */
  results: PurgeResult[];
}

/** One after the other: two runs of one account at once would end each other's session. */
export async function purgeAll(
  session: MicrostrategySession,
  projects: Project[],
  input: Input,
): Promise<PurgeResult[]> {
  let nodes: Promise<ClusterNode[]> | undefined;
  const askForNodes = async () => {
    nodes ??= listNodes(session);
    try {
      return await nodes;
    } catch (error) {
      await meaningOf(session, error);
      throw error;
    }
  };
  const purging: Purging = { session, input, nodes: askForNodes, onProgress: progressLog(), results: [] };
  for (const project of projects) {
    for (const cacheType of new Set(input.cacheTypes)) {
      purging.results.push(await purgeOne(purging, project, cacheType));
    }
  }
  return purging.results;
}

async function purgeOne(purging: Purging, { id, name }: Project, cacheType: CacheType): Promise<PurgeResult> {
  const { session, results } = purging;
  const purge = { projectId: id, ...(name === undefined ? {} : { projectName: redact(name) }), cacheType };
  const tally: Tally = { fitting: 0, deleted: 0, accepted: 0, problems: [] };
  try {
    const { reason, ...outcome } = await purgeType(purging, id, cacheType, tally);
    return { ...purge, ...outcome, ...(reason === undefined ? {} : { reason: cut(reason) }) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (stopsAll(session, error)) {
      const accepted = results.filter(({ status }) => status === 'accepted').length;
      const deleted = results.reduce((sum, result) => sum + (result.deleted ?? 0), tally.deleted);
      error.message += ` Accepted before that: ${accepted} purges.`;
      if (deleted > 0) error.message += ` Deleted before that: ${deleted} caches.`;
      throw error;
    }
    return { ...purge, status: 'failed', reason: cut(`${error.name}: ${error.message}`) };
  }
}

async function purgeType(
  { session, input: { where, invalidate }, nodes, onProgress }: Purging,
  projectId: string,
  cacheType: CacheType,
  tally: Tally,
): Promise<StoredOutcome> {
  if (cacheType === 'content' || cacheType === 'cube') {
    const purge = { projectId, type: cacheType, where, invalidate };
    return await purgeStored(session, purge, { nodes: await nodes(), tally, onProgress });
  }
  const status = await purgeCache(session, projectId, cacheType);
  return status === 'accepted' ? { status } : { status, reason: 'the project is not loaded' };
}

function cut(reason: string): string {
  return redact(reason).slice(0, MAX_REASON_CHARACTERS);
}

/** A line every ten seconds, however many calls there are. */
function progressLog(): (progress: Progress) => void {
  let loggedAt = Date.now();
  return (progress) => {
    if (Date.now() - loggedAt < PROGRESS_EVERY_MS) return;
    loggedAt = Date.now();
    log('info', 'progress', { operation: 'purge-microstrategy-caches', ...progress });
  };
}
