import type { Account } from './accounts.ts';
import type { Reply } from './replies.ts';
import { notFound, projectNotLoaded, refusal, sessionCapReached } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import type { Session } from './sessions.ts';

const PROJECT_TYPE = '32';

export type CacheType = 'element' | 'object';

/** A project of the emulated metadata; tests may change it while the emulator runs. */
export interface EmulatedProject {
  readonly id: string;
  readonly name: string;
  /** What `GET /api/projects` says, which in the field is 0 (active) also for projects that no node has loaded. */
  status: number;
  loaded: boolean;
  /** How many entries each cache holds; a purge empties it. */
  readonly caches: Record<CacheType, number>;
  readonly purges: { cacheType: CacheType; at: number }[];
}

export function defaultProjects(): EmulatedProject[] {
  return [
    project('B7CA92F04B9FAE8D941C3E9B7E0CD754', 'Tutorial'),
    project('CE52831411E696C8BD2F0080EFD5AF44', 'Consolidated Education Project'),
    project('4DD3B0A04F2C4B6E9F7A51C08E2D6B13', 'Sales'),
    project('9E1F6C2D40B84F3A8A5C7D0E3B926F48', 'Archive', false),
  ];
}

function project(id: string, name: string, loaded = true): EmulatedProject {
  const caches = loaded ? { element: 240, object: 80 } : { element: 0, object: 0 };
  return { id, name, status: 0, loaded, caches, purges: [] };
}

/** `GET /api/projects`: a bare array of what the user may access, without paging, loaded or not. */
export function listProjects(state: ServerState, { account }: Session): Reply {
  return { status: 200, body: accessible(state, account).map(projectReply) };
}

/** `GET /api/projects/{name}`: one of them. */
export function showProject(state: ServerState, { account }: Session, { params }: LibraryRequest): Reply {
  const project = accessible(state, account).find(({ name }) => name === params['name']);
  if (project === undefined) return refusal(500, 'ERR001', `The project ${params['name']} is not there or not loaded.`);
  return { status: 200, body: projectReply(project) };
}

/** `GET /api/objects/{id}?type=32`: a project as an object of the metadata; the emulator has no other objects. */
export function showObject(state: ServerState, session: Session, { params, query }: LibraryRequest): Reply {
  const { account } = session;
  const project = accessible(state, account).find(({ id }) => id === params['id']);
  if (project === undefined || query.get('type') !== PROJECT_TYPE) return notFound();
  if (state.sessions.isOverCap(session)) return sessionCapReached(account.username, project.name);
  if (!project.loaded) return projectNotLoaded(project.id);
  const { alias: _alias, status: _status, ...body } = projectReply(project);
  return { status: 200, body: { ...body, type: 32, subtype: 8192, extType: 0 } };
}

function accessible({ projects }: ServerState, { projectNames }: Account): EmulatedProject[] {
  return projects.filter(({ name }) => projectNames === 'ALL' || projectNames.includes(name));
}

/** A project as `GET /api/projects` shows it. */
export function projectReply({ id, name, status }: EmulatedProject) {
  return {
    acg: 255,
    id,
    name,
    alias: '',
    description: '',
    status,
    dateCreated: '2015-06-30T21:55:35.000+0000',
    dateModified: '2022-06-25T12:48:15.000+0000',
    owner: { id: '54F3D26011D2896560009A8E67019608', name: 'Administrator' },
  };
}
