import { randomBytes } from 'node:crypto';
import { CACHE_ADMINISTRATION } from './accounts.ts';
import { chosenNodes, fieldsOf, isPaging, pageOf, unloadedOn } from './cluster.ts';
import type { Reply } from './replies.ts';
import { NO_CONTENT, privilegeMissing, refusal } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import type { Session } from './sessions.ts';

/** A published cube on one node; tests may add and change them while the emulator runs. */
export interface EmulatedCubeCache {
  readonly id: string;
  readonly node: string;
  readonly projectId: string;
  readonly source: { readonly id: string; readonly name: string; readonly type: 'cube' };
  /** Told only by the answer about this one cube. */
  readonly tables: readonly string[];
  readonly connectionId: string;
  active: boolean;
  loaded: boolean;
}

/** Work on a cube that was only accepted. */
export interface Manipulation {
  readonly doneAt: number;
  readonly work: () => void;
  readonly isBroken: boolean;
  isDone: boolean;
}

/** `GET /api/monitors/caches/cubes`. */
export function listCubeCaches(state: ServerState, session: Session, { query }: LibraryRequest): Reply {
  const nodes = chosenNodes(state, query);
  if ('status' in nodes) return nodes;
  if (!session.account.privileges.includes(CACHE_ADMINISTRATION)) return privilegeMissing(CACHE_ADMINISTRATION);
  if (!isPaging(query)) return refusal(400, 'ERR006', 'offset and limit are not valid');
  endManipulations(state);
  const projectIds = query.get('projectIds')?.toUpperCase().split(',');
  const isHidden = unloadedOn(state);
  const caches = [...state.cubeCaches.values()]
    .filter((cache) => nodes.names.includes(cache.node))
    .filter((cache) => projectIds === undefined || projectIds.includes(cache.projectId))
    .filter((cache) => query.get('state.loadedState') !== 'loaded' || cache.loaded)
    .filter((cache) => !isHidden(cache));
  const loaded = caches.filter((cache) => cache.loaded).length;
  return {
    status: 200,
    headers: { 'X-MSTR-Total-Count': String(caches.length) },
    body: {
      offset: Number(query.get('offset') ?? 0),
      limit: Number(query.get('limit') ?? 1000),
      total: caches.length,
      loaded,
      unloaded: caches.length - loaded,
      cubeCaches: pageOf(caches, query, () => true).page.map(cubeReply),
    },
  };
}

function cubeReply({ id, projectId, source, active, loaded, connectionId }: EmulatedCubeCache) {
  return {
    id,
    projectId,
    source,
    state: {
      active,
      dirty: false,
      infoDirty: false,
      persisted: true,
      processing: false,
      loadedState: loaded ? 'loaded' : 'unloaded',
    },
    lastUpdateTime: '2026-11-01 04:10:00',
    hitCount: 5,
    size: 101376,
    creatorName: 'Administrator',
    creatorId: '54F3D26011D2896560009A8E67019608',
    lastUpdateJob: 632,
    openViewCount: 0,
    creationTime: '2026-11-01 04:10:00',
    historicHitCount: 121,
    databaseConnections: [{ id: connectionId, name: 'Warehouse' }],
    rowCount: 39,
    columnCount: 8,
  };
}

/** `GET /api/monitors/caches/cubes/{cacheId}`: with the tables that it was made from. */
export function showCubeCache(state: ServerState, session: Session, { params }: LibraryRequest): Reply {
  const found = findCube(state, session, params);
  if ('status' in found) return found;
  const accessedTables = found.tables.map((name) => ({ name }));
  return { status: 200, body: { ...cubeReply(found), jobExecutionStatistics: { accessedTables } } };
}

/** `PATCH /api/monitors/caches/cubes/{cacheId}`: activates, loads and the reverse, which takes a while. */
export function alterCubeCache(state: ServerState, session: Session, { params, body }: LibraryRequest): Reply {
  const found = findCube(state, session, params);
  if ('status' in found) return found;
  const { active, loadedState } = Object(fieldsOf(body)['state']);
  const isWord = typeof loadedState === 'string';
  if ((typeof active === 'boolean') === isWord) return refusal(400, 'ERR006', 'unsupported status input');
  if (isWord && loadedState === 'loaded' && !found.active) {
    return refusal(400, 'ERR006', `The cube cache '${found.id}' is not active. It must be active before loading it`);
  }
  return manipulate(state, found, () => {
    if (isWord) found.loaded = loadedState.toLowerCase() === 'loaded';
    else {
      found.active = active === true;
      found.loaded &&= found.active;
    }
  });
}

/** `DELETE /api/monitors/caches/cubes/{cacheId}`: unpublishes the cube. */
export function deleteCubeCache(state: ServerState, session: Session, { params }: LibraryRequest): Reply {
  const found = findCube(state, session, params);
  if ('status' in found) return found;
  const work = () => state.cubeCaches.delete(found.id);
  if (state.acceptsOnly) return manipulate(state, found, work);
  work();
  return NO_CONTENT;
}

/** `GET /api/monitors/caches/cubes/manipulations/{id}/status`. */
export function showManipulation(state: ServerState, _session: Session, { params }: LibraryRequest): Reply {
  endManipulations(state);
  const manipulation = state.manipulations.get(params['id'] ?? '');
  if (manipulation === undefined) return refusal(400, 'ERR006', `Invalid manipulation id ${params['id']}`);
  if (!manipulation.isDone) return { status: 200, body: { status: 'executing' } };
  const end = manipulation.isBroken ? { status: 'error', statusDetail: 'The cube is in use.' } : { status: 'ready' };
  return { status: 200, body: end };
}

function findCube(
  state: ServerState,
  { account }: Session,
  params: LibraryRequest['params'],
): EmulatedCubeCache | Reply {
  if (!account.privileges.includes(CACHE_ADMINISTRATION)) return privilegeMissing(CACHE_ADMINISTRATION);
  endManipulations(state);
  const id = params['cacheId'] ?? '';
  const found = state.cubeCaches.get(id);
  return found ?? refusal(404, 'ERR004', `The cube cache '${id}' is not found in Intelligence server`);
}

function manipulate(state: ServerState, cube: EmulatedCubeCache, work: () => void): Reply {
  const manipulationId = `${randomBytes(16).toString('hex').toUpperCase()}:${btoa(cube.node)}`;
  const doneAt = state.now() + state.removalSeconds * 1000;
  state.manipulations.set(manipulationId, { doneAt, work, isBroken: state.brokenCubes.has(cube.id), isDone: false });
  return { status: 202, body: { manipulationId, status: 'executing' } };
}

function endManipulations({ manipulations, now }: ServerState): void {
  for (const manipulation of manipulations.values()) {
    if (manipulation.isDone || manipulation.doneAt > now()) continue;
    manipulation.isDone = true;
    if (!manipulation.isBroken) manipulation.work();
  }
}
