import type { Reply } from './replies.ts';
import { refusal } from './replies.ts';
import type { ServerState } from './routes.ts';

/** A node of the emulated cluster; tests may change it while the emulator runs. */
export interface EmulatedNode {
  readonly name: string;
  status: 'running' | 'stopped';
  /** Ids of projects that are loaded elsewhere, and not here. */
  readonly notLoaded: Set<string>;
}

export function newNode(name: string): EmulatedNode {
  return { name, status: 'running', notLoaded: new Set() };
}

/** The nodes that a query is about: `clusterNode` is required, and may be repeated (the vendor's client does). */
export function chosenNodes({ nodes }: ServerState, query: URLSearchParams): { names: string[] } | Reply {
  const names = query.getAll('clusterNode');
  if (names.length === 0) return refusal(400, 'ERR005', 'clusterNode is required');
  const strange = names.find((name) => !nodes.some((node) => node.name === name && node.status === 'running'));
  if (strange === undefined) return { names };
  const message = `The cluster node '${strange}' is not connected or canonical name, you should use the cluster node name from the GET /api/monitors/iServer/nodes`;
  return refusal(503, 'ERR001', message);
}

const MAX_LIMIT = 1000;

export function isPaging(query: URLSearchParams): boolean {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? MAX_LIMIT);
  const isLimit = limit === -1 || (limit >= 1 && limit <= MAX_LIMIT);
  return Number.isInteger(offset) && offset >= 0 && Number.isInteger(limit) && isLimit;
}

/** One page of what is wanted, and how much is wanted in all. */
export function pageOf<T>(
  items: Iterable<T>,
  query: URLSearchParams,
  isWanted: (item: T) => boolean,
): { page: T[]; total: number } {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? MAX_LIMIT);
  const end = limit === -1 ? Number.POSITIVE_INFINITY : offset + limit;
  const page: T[] = [];
  let total = 0;
  for (const item of items) {
    if (!isWanted(item)) continue;
    if (total >= offset && total < end) page.push(item);
    total += 1;
  }
  return { page, total };
}

/** Tells of a cache whether its project is loaded on its node: what is stored of one that is not is not listed. */
export function unloadedOn({ nodes, projects }: ServerState): (place: { node: string; projectId: string }) => boolean {
  const loaded = new Map(
    nodes.map(({ name, notLoaded }) => [
      name,
      new Set(projects.filter((project) => project.loaded && !notLoaded.has(project.id)).map(({ id }) => id)),
    ]),
  );
  return ({ node, projectId }) => loaded.get(node)?.has(projectId) !== true;
}

/** The fields of a body; none where it is no JSON object. */
export function fieldsOf(body: string): Record<string, unknown> {
  try {
    return { ...Object(JSON.parse(body)) };
  } catch {
    return {};
  }
}
