import { VendorAuthError } from '../errors.ts';
import { meaningOf, PurgeImpossibleError } from './caches.ts';
import { listStored, type Place } from './list-stored.ts';
import { type ClusterNode, nodesFor } from './nodes.ts';
import { assertTime, isTimeUp, removeStored, type Tally, TimeIsUp } from './remove-stored.ts';
import type { MicrostrategySession } from './session.ts';
import type { StoredType } from './stored-cache.ts';
import type { Where } from './where.ts';

/** Content or cube caches of one project, on every node of the cluster. */
export interface StoredPurge {
  projectId: string;
  type: StoredType;
  where?: Where | undefined;
  invalidate?: boolean | undefined;
}

/** How far the work on one node is, in caches. */
export interface Progress {
  type: StoredType;
  projectId: string;
  node: string;
  /** Listed on this node. */
  seen: number;
  /** Of all nodes so far. */
  fitting: number;
  deleted: number;
}

export interface StoredOutcome {
  status: 'deleted' | 'accepted' | 'skipped' | 'failed';
  deleted?: number;
  reason?: string;
}

/** Ids that are held at once, of one project on one node; about 20 MB. */
const MAX_HELD = 100_000;
const MAX_TABLES_NAMED = 10;

/** What the lists told beside the caches that are meant. */
interface Seen {
  caches: number;
  tables: Set<string>;
  /** Nodes that were looked at, and those on which the project is not loaded or that are stopped. */
  nodes: string[];
  notLoaded: string[];
  stopped: string[];
}

/**
 * Deletes content or cube caches, or invalidates content caches, node after node. A node that fails does not hold the
 * others; what is done stands. When the time of the run is short nothing more is begun, and the outcome is `failed`: it
 * says how many were deleted and how many are left; the same run again does the rest.
 *
 * @param tally filled in while the work goes on, for whoever catches an error
 * @throws VendorAuthError, PurgeImpossibleError, and whatever leaves the session closed
 */
export async function purgeStored(
  session: MicrostrategySession,
  purge: StoredPurge,
  { nodes, tally, onProgress }: { nodes: ClusterNode[]; tally: Tally; onProgress: (progress: Progress) => void },
): Promise<StoredOutcome> {
  const { usable, ...others } = nodesFor(nodes, purge.projectId);
  const seen: Seen = { caches: 0, tables: new Set(), nodes: [], ...others };
  for (const node of usable) {
    try {
      await purgeNode(session, { purge, node, seen, tally, onProgress });
    } catch (error) {
      if (isTimeUp(session)) {
        tally.problems.push(timeIsUp(node, error));
        break;
      }
      await bear(session, error, { node, seen, tally });
    }
  }
  return outcomeOf(purge, seen, tally);
}

/** Nothing is known of a call that was under way; to do it again does no harm. */
function timeIsUp(node: string, error: unknown): string {
  const last = error instanceof TimeIsUp ? '' : ', in the middle of a call that may have been done';
  return `the time of this run was used up on ${node}${last}: more may fit there and on the nodes after it. Start the same again, it does the rest`;
}

interface NodeWork {
  purge: StoredPurge;
  node: string;
  seen: Seen;
  tally: Tally;
  onProgress: (progress: Progress) => void;
}

async function purgeNode(session: MicrostrategySession, work: NodeWork): Promise<void> {
  const { purge, node, seen, tally, onProgress } = work;
  const { type, projectId, where, invalidate = false } = purge;
  const place: Place = { type, projectId, node };
  const ids: string[] = [];
  let listed = 0;
  const progress = () =>
    onProgress({ type, projectId, node, seen: listed, fitting: tally.fitting, deleted: tally.deleted });
  assertTime(session);
  for await (const page of listStored(session, place, where)) {
    listed += page.seen;
    note(seen, page);
    for (const { id } of page.fitting) if (ids.length < MAX_HELD) ids.push(id);
    tally.fitting += page.fitting.length;
    progress();
    if (ids.length >= MAX_HELD) {
      tally.problems.push(`${node}: more than ${MAX_HELD} caches fit there; start the same again for the rest`);
      break;
    }
    assertTime(session);
  }
  seen.nodes.push(node);
  await removeStored(session, ids, { place, invalidate, tally, progress });
}

/** What ends the work on one node, and nothing else. */
async function bear(
  session: MicrostrategySession,
  error: unknown,
  { node, seen, tally }: { node: string; seen: Seen; tally: Tally },
): Promise<void> {
  try {
    await meaningOf(session, error);
    seen.notLoaded.push(node);
  } catch (thrown) {
    if (!(thrown instanceof Error) || stopsAll(session, thrown)) throw thrown;
    tally.problems.push(`${node}: ${thrown.name}: ${thrown.message}`);
  }
}

/** Whether an error leaves nothing that could succeed in this run. */
export function stopsAll(session: MicrostrategySession, error: Error): boolean {
  return error instanceof VendorAuthError || error instanceof PurgeImpossibleError || !session.isOpen;
}

function note(seen: Seen, { seen: caches, tables }: { seen: number; tables: string[] }): void {
  seen.caches += caches;
  for (const table of tables) if (seen.tables.size < MAX_TABLES_NAMED) seen.tables.add(table);
}

function outcomeOf({ type, where, invalidate }: StoredPurge, seen: Seen, tally: Tally): StoredOutcome {
  const { fitting, deleted, accepted, problems } = tally;
  const stopped = seen.stopped.length === 0 ? [] : [`not looked at, because stopped: ${seen.stopped.join(', ')}`];
  if (problems.length > 0) {
    const left = fitting - deleted - accepted;
    const reason = [`${left} of ${fitting} that fit are left`, ...problems, ...stopped].join('; ');
    return { status: 'failed', deleted, reason };
  }
  if (seen.nodes.length === 0 && seen.notLoaded.length > 0) {
    return { status: 'skipped', reason: ['the project is not loaded', ...stopped].join('; ') };
  }
  if (seen.nodes.length === 0)
    return { status: 'failed', reason: ['no node of the cluster runs', ...stopped].join('; ') };
  if (accepted > 0) {
    const taken =
      invalidate && type === 'content'
        ? `${accepted} caches were invalidated; the server removes them by itself`
        : `${accepted} more were taken on by the server, and were still listed at the end`;
    return {
      status: 'accepted',
      ...(deleted > 0 || !invalidate ? { deleted } : {}),
      reason: [taken, ...stopped].join('; '),
    };
  }
  const none = fitting === 0 && where !== undefined ? [nothingFits(where, seen)] : [];
  const reasons = [...none, ...stopped];
  return { status: 'deleted', deleted, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) };
}

/** A table may be named otherwise than somebody thinks: what the caches tell helps more than a zero. */
function nothingFits({ whTables }: Where, { caches, tables }: Seen): string {
  if (whTables === undefined || caches === 0) return `none of ${caches} caches fits`;
  if (tables.size === 0) return `none of ${caches} caches fits: they do not tell their tables`;
  return `none of ${caches} caches fits; tables that they tell: ${[...tables].join(', ')}${tables.size === MAX_TABLES_NAMED ? ', …' : ''}`;
}
