import { CACHE_ADMINISTRATION } from './accounts.ts';
import type { CacheType } from './projects.ts';
import type { Reply } from './replies.ts';
import { NO_CONTENT, notFound, privilegeMissing, projectNotLoaded, refusal, sessionCapReached } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import { isAtLeast, PURGE_VERSION } from './server-version.ts';
import type { Session } from './sessions.ts';

/** `DELETE /api/monitors/projects/{projectId}/caches/{cacheType}`: 204 says triggered, here it is done at once. */
export function purgeCache(state: ServerState, session: Session, { params }: LibraryRequest): Reply {
  if (!isAtLeast(state.serverVersion, PURGE_VERSION)) return notFound();
  const { projectId = '', cacheType = '' } = params;
  if (!isCacheType(cacheType)) return refusal(400, 'ERR006', `Invalid cache type: ${cacheType}`);
  const project = state.projects.find(({ id }) => id === projectId.toUpperCase());
  if (project === undefined) return unknownProject(projectId, state.unknownProjectStatus);
  if (state.sessions.isOverCap(session)) return sessionCapReached(session.account.username, project.name);
  if (!session.account.privileges.includes(CACHE_ADMINISTRATION)) return privilegeMissing(CACHE_ADMINISTRATION);
  if (!project.loaded) return projectNotLoaded(projectId);
  project.caches[cacheType] = 0;
  project.purges.push({ cacheType, at: state.now() });
  return NO_CONTENT;
}

function isCacheType(text: string): text is CacheType {
  return text === 'element' || text === 'object';
}

function unknownProject(projectId: string, status: 400 | 404): Reply {
  return status === 404
    ? projectNotLoaded(projectId)
    : refusal(400, 'ERR006', `Invalid projectId: the project ${projectId} does not exist.`);
}
