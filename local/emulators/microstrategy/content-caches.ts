import { CACHE_ADMINISTRATION } from './accounts.ts';
import { chosenNodes, fieldsOf, isPaging, pageOf, unloadedOn } from './cluster.ts';
import type { Reply } from './replies.ts';
import { notFound, privilegeMissing, refusal } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import { CONTENT_CACHES_VERSION, isAtLeast } from './server-version.ts';
import type { Session } from './sessions.ts';

/** A cached report, document or dashboard on one node; tests may add and change them while the emulator runs. */
export interface EmulatedContentCache {
  readonly id: string;
  readonly combinedId: string;
  readonly node: string;
  readonly projectId: string;
  readonly source: { readonly id: string; readonly name: string; readonly type: 'report' | 'document' | 'dossier' };
  readonly tables: readonly string[];
  readonly connectionId: string;
  /** The flags of it that are set. */
  readonly states: Set<ContentState>;
  /** When a deletion that was only accepted takes effect, in milliseconds since 1970. */
  goneAt?: number;
}

const STATES = ['ready', 'processing', 'invalid', 'expired', 'loaded', 'filed', 'dirty'] as const;

type ContentState = (typeof STATES)[number];

const PATH = /^\/contentCaches\/(?<id>.+?)(?:\/status\/(?<state>loaded|invalid))?$/;

/** The content caches of all nodes, in the order in which they were made. */
export class ContentCaches {
  readonly #byNode = new Map<string, Map<string, EmulatedContentCache>>();

  add(cache: EmulatedContentCache): void {
    const ofNode = this.#byNode.get(cache.node) ?? new Map<string, EmulatedContentCache>();
    this.#byNode.set(cache.node, ofNode.set(cache.combinedId, cache));
  }

  remove({ node, combinedId }: Pick<EmulatedContentCache, 'node' | 'combinedId'>): boolean {
    return this.#byNode.get(node)?.delete(combinedId) ?? false;
  }

  find(node: string, combinedId: string): EmulatedContentCache | undefined {
    return this.#byNode.get(node)?.get(combinedId);
  }

  *list(nodes: Iterable<string> = this.#byNode.keys()): Generator<EmulatedContentCache> {
    for (const node of nodes) yield* this.#byNode.get(node)?.values() ?? [];
  }
}

/** `GET /api/monitors/caches/contents`: one object for each cache, whose one key is the combined id. */
export function listContentCaches(state: ServerState, session: Session, { query }: LibraryRequest): Reply {
  const nodes = chosenNodes(state, query);
  if (!isAtLeast(state.serverVersion, CONTENT_CACHES_VERSION)) return notFound();
  if ('status' in nodes) return nodes;
  if (!session.account.privileges.includes(CACHE_ADMINISTRATION)) return privilegeMissing(CACHE_ADMINISTRATION);
  if (!isPaging(query)) return refusal(400, 'ERR006', 'offset and limit are not valid');
  dropGone(state);
  const [projectId, status, type] = ['projectId', 'status', 'type'].map((name) => query.get(name));
  const isHidden = unloadedOn(state);
  const isWanted = (cache: EmulatedContentCache) =>
    (!projectId || cache.projectId === projectId.toUpperCase()) &&
    (!type || cache.source.type === type) &&
    (!status || STATES.some((each) => each === status && cache.states.has(each))) &&
    !isHidden(cache);
  const { total, page } = pageOf(state.contentCaches.list(nodes.names), query, isWanted);
  const contentCaches = page.map((cache) => ({ [cache.combinedId]: contentReply(state, cache) }));
  return { status: 200, body: { total, contentCaches } };
}

function contentReply({ projects }: ServerState, cache: EmulatedContentCache) {
  const { id, node, projectId, source, tables, connectionId, states } = cache;
  return {
    id,
    projectId,
    projectName: projects.find((project) => project.id === projectId)?.name,
    source,
    status: Object.fromEntries(STATES.map((each) => [each, states.has(each)])),
    format: source.type === 'report' ? 'binary_data' : 'html5',
    host: node,
    dbTablesUsed: tables,
    // What the name says is not what it holds: cube instances, and here there are none.
    warehouseTablesUsed: [],
    databaseConnectionId: connectionId,
    databaseLoginId: 'F1A2B3C4D5E6F708192A3B4C5D6E7F80',
    securityFilterId: '',
    size: 48,
    hitCount: 3,
    creator: 'Administrator',
    creationTime: '2026-11-01 04:10:00',
    lastUpdateTime: '2026-11-01 04:10:00',
    lastHitTime: '2026-11-02 09:00:00',
  };
}

interface ContentOperation {
  cache: EmulatedContentCache | undefined;
  state: string | undefined;
  op: string;
  value: unknown;
}

/** `PATCH /api/v2/monitors/caches/contents`: removes, invalidates, loads and unloads, all or nothing. */
export function alterContentCaches(state: ServerState, session: Session, { query, body }: LibraryRequest): Reply {
  const nodes = chosenNodes(state, query);
  if (!isAtLeast(state.serverVersion, CONTENT_CACHES_VERSION)) return notFound();
  if ('status' in nodes) return nodes;
  if (!session.account.privileges.includes(CACHE_ADMINISTRATION)) return privilegeMissing(CACHE_ADMINISTRATION);
  dropGone(state);
  const operations = readOperations(state, nodes.names, body);
  if (operations === undefined) return refusal(400, 'ERR006', 'operationList is not valid');
  const missing = operations.filter(({ cache }) => cache === undefined);
  if (missing.length > 0 && state.vanishedCaches === 'refused') {
    return refusal(404, 'ERR004', `${missing.length} of the content caches are not found in Intelligence server`);
  }
  for (const { cache, ...operation } of operations) if (cache !== undefined) alter(state, cache, operation);
  state.contentCalls.push(operations.length);
  return { status: state.acceptsOnly ? 202 : 200, body: { contentCaches: [] } };
}

function readOperations(
  { contentCaches }: ServerState,
  nodes: readonly string[],
  body: string,
): ContentOperation[] | undefined {
  const { operationList } = fieldsOf(body);
  if (!Array.isArray(operationList) || operationList.length === 0) return undefined;
  const operations = operationList.map((given): ContentOperation | undefined => {
    const { op, path, value } = Object(given);
    const { id, state } = PATH.exec(String(path))?.groups ?? {};
    if (id === undefined || (op === 'remove') !== (state === undefined)) return undefined;
    if (op !== 'remove' && op !== 'replace') return undefined;
    const cache = nodes.map((node) => contentCaches.find(node, id)).find((found) => found !== undefined);
    return { cache, state, op, value };
  });
  return operations.every((operation) => operation !== undefined) ? operations : undefined;
}

function alter(
  { contentCaches, acceptsOnly, removalSeconds, now }: ServerState,
  cache: EmulatedContentCache,
  { op, state, value }: Omit<ContentOperation, 'cache'>,
): void {
  if (op === 'remove') {
    if (acceptsOnly) cache.goneAt = now() + removalSeconds * 1000;
    else contentCaches.remove(cache);
  } else if (state === 'loaded' || state === 'invalid') {
    if (value === true) cache.states.add(state);
    else cache.states.delete(state);
  }
}

function dropGone({ contentCaches, acceptsOnly, now }: ServerState): void {
  if (!acceptsOnly) return;
  for (const cache of contentCaches.list()) if ((cache.goneAt ?? Infinity) <= now()) contentCaches.remove(cache);
}
