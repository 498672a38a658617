import { meaningOf } from './caches.ts';
import { cubePath, listStored } from './list-stored.ts';
import { type ClusterNode, listNodes, nodesFor } from './nodes.ts';
import type { Project } from './projects.ts';
import { contentCall, MAX_BATCH } from './remove-stored.ts';
import type { MicrostrategySession } from './session.ts';
import type { StoredCache, StoredType } from './stored-cache.ts';
import type { Where } from './where.ts';

/** A call that a purge would make; long lists are cut. */
interface PlannedCall {
  method: 'PATCH' | 'DELETE';
  url: string;
  parameters: Record<string, unknown>;
}

export interface ContentPlan {
  /** How many caches fit, for each project and type. */
  planned: { projectId: string; projectName?: string; cacheType: StoredType; caches: number; reason?: string }[];
  /** How many in all. */
  caches: number;
  /** The first 50 of them. */
  first: { projectId: string; cacheType: StoredType; node: string; id: string; name?: string }[];
  /** The first three calls, and how many more. */
  would: PlannedCall[];
  wouldMore: number;
}

const MAX_NAMED = 50;
const MAX_CALLS = 3;
const MAX_OPERATIONS = 3;

/**
 * What a purge of content and cube caches would do: lists and counts as the purge does, and sends nothing that changes
 * anything.
 *
 * @throws VendorRejectedError and whatever else a list may end by: a plan with a hole in it would be none
 */
export async function planContentPurge(
  session: MicrostrategySession,
  projects: Project[],
  {
    types,
    where,
    invalidate = false,
  }: { types: StoredType[]; where?: Where | undefined; invalidate?: boolean | undefined },
): Promise<ContentPlan> {
  const nodes = await listNodes(session);
  const plan: ContentPlan = { planned: [], caches: 0, first: [], would: [], wouldMore: 0 };
  for (const { id: projectId, name } of projects) {
    const project = { projectId, ...(name === undefined ? {} : { projectName: name }) };
    for (const type of types) {
      const outcome = await planProject(session, plan, { projectId, type, where, invalidate, nodes });
      plan.caches += outcome.caches;
      plan.planned.push({ ...project, cacheType: type, ...outcome });
    }
  }
  return plan;
}

async function planProject(
  session: MicrostrategySession,
  plan: ContentPlan,
  { nodes, ...purge }: Omit<NodePlan, 'node'> & { nodes: ClusterNode[] },
): Promise<{ caches: number; reason?: string }> {
  const { usable, notLoaded } = nodesFor(nodes, purge.projectId);
  const counts: (number | 'skipped')[] = notLoaded.map(() => 'skipped');
  for (const node of usable) counts.push(await planNode(session, plan, { ...purge, node }));
  const caches = counts.reduce<number>((sum, count) => sum + (count === 'skipped' ? 0 : count), 0);
  const isSkipped = counts.length > 0 && counts.every((count) => count === 'skipped');
  return { caches, ...(isSkipped ? { reason: 'the project is not loaded' } : {}) };
}

interface NodePlan {
  projectId: string;
  type: StoredType;
  node: string;
  where: Where | undefined;
  invalidate: boolean;
}

async function planNode(
  session: MicrostrategySession,
  plan: ContentPlan,
  { where, invalidate, ...place }: NodePlan,
): Promise<number | 'skipped'> {
  const { projectId, type: cacheType, node } = place;
  const size = cacheType === 'content' ? MAX_BATCH : 1;
  // The start of each of the first calls: nobody reads 500 operations.
  const starts: string[][] = [];
  let count = 0;
  try {
    for await (const { fitting } of listStored(session, place, where)) {
      const named = fitting.slice(0, MAX_NAMED - plan.first.length);
      plan.first.push(...named.map((cache) => ({ projectId, cacheType, node, ...nameOf(cache) })));
      for (const { id } of fitting) {
        const call = Math.floor(count / size);
        if (call < MAX_CALLS && count % size < MAX_OPERATIONS) starts[call] = [...(starts[call] ?? []), id];
        count += 1;
      }
    }
  } catch (error) {
    return await meaningOf(session, error);
  }
  const calls = starts.map((ids, call) =>
    plannedCall(session, place, ids, invalidate, Math.min(size, count - call * size)),
  );
  plan.wouldMore += Math.ceil(count / size);
  for (const call of calls.slice(0, MAX_CALLS - plan.would.length)) {
    plan.would.push(call);
    plan.wouldMore -= 1;
  }
  return count;
}

function plannedCall(
  session: MicrostrategySession,
  { type, node }: { type: StoredType; node: string },
  ids: string[],
  invalidate: boolean,
  operations: number,
): PlannedCall {
  if (type === 'cube') return { method: 'DELETE', url: session.address(cubePath(ids.join())), parameters: {} };
  const { path, body } = contentCall(node, ids, invalidate);
  const more = operations - ids.length;
  return {
    method: 'PATCH',
    url: session.address(path),
    parameters: { ...body, ...(more > 0 ? { operationListMore: more } : {}) },
  };
}

function nameOf({ id, name }: StoredCache): { id: string; name?: string } {
  return { id, ...(name === undefined ? {} : { name }) };
}
