import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './accounts.ts';
import { LOGIN_MODES } from './accounts.ts';
import type { EmulatedNode } from './cluster.ts';
import { alterContentCaches, type ContentCaches, listContentCaches } from './content-caches.ts';
import {
  alterCubeCache,
  deleteCubeCache,
  type EmulatedCubeCache,
  listCubeCaches,
  type Manipulation,
  showCubeCache,
  showManipulation,
} from './cube-caches.ts';
import { logIn } from './login.ts';
import { listMonitoredProjects, listNodes } from './monitors.ts';
import { describeApi } from './open-api.ts';
import type { EmulatedProject } from './projects.ts';
import { listProjects, showObject, showProject } from './projects.ts';
import { purgeCache } from './purge.ts';
import type { Reply } from './replies.ts';
import { NO_CONTENT } from './replies.ts';
import type { Session, Sessions } from './sessions.ts';

/** Everything the emulated server remembers. */
export interface ServerState {
  readonly now: () => number;
  readonly serverVersion: string;
  readonly sessionSeconds: number;
  readonly unknownProjectStatus: 400 | 404;
  readonly accounts: readonly Account[];
  readonly projects: readonly EmulatedProject[];
  readonly sessions: Sessions;
  readonly nodes: readonly EmulatedNode[];
  readonly contentCaches: ContentCaches;
  /** How many operations each call on content caches had. */
  readonly contentCalls: number[];
  readonly cubeCaches: Map<string, EmulatedCubeCache>;
  readonly manipulations: Map<string, Manipulation>;
  /** Ids of cubes whose manipulation ends as an error. */
  readonly brokenCubes: Set<string>;
  readonly vanishedCaches: 'refused' | 'ignored';
  readonly acceptsOnly: boolean;
  readonly removalSeconds: number;
}

/** A request as the routes see it. */
export interface LibraryRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The variable parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

interface OpenRoute {
  readonly answer: (state: ServerState, request: LibraryRequest) => Reply;
}

interface SessionRoute {
  readonly answerInSession: (state: ServerState, session: Session, request: LibraryRequest) => Reply;
}

export type Route = { readonly method: string; readonly path: RegExp } & (OpenRoute | SessionRoute);

/** Every call that the emulator knows; paths are relative to the Library root. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/api\/status$/, answer: showStatus },
  { method: 'GET', path: /^\/api\/config\/authModes$/, answer: () => ({ status: 200, body: { modes: LOGIN_MODES } }) },
  { method: 'GET', path: /^\/api\/openapi\.json$/, answer: describeApi },
  { method: 'POST', path: /^\/api\/auth\/login$/, answer: logIn },
  { method: 'POST', path: /^\/api\/auth\/logout$/, answerInSession: logOut },
  { method: 'GET', path: /^\/api\/sessions$/, answerInSession: showSession },
  { method: 'PUT', path: /^\/api\/sessions$/, answerInSession: () => NO_CONTENT },
  { method: 'GET', path: /^\/api\/sessions\/userInfo$/, answerInSession: showUser },
  { method: 'GET', path: /^\/api\/sessions\/privileges$/, answerInSession: showPrivileges },
  { method: 'GET', path: /^\/api\/projects$/, answerInSession: listProjects },
  { method: 'GET', path: /^\/api\/projects\/(?<name>[^/]+)$/, answerInSession: showProject },
  { method: 'GET', path: /^\/api\/objects\/(?<id>[^/]+)$/, answerInSession: showObject },
  { method: 'GET', path: /^\/api\/monitors\/projects$/, answerInSession: listMonitoredProjects },
  { method: 'GET', path: /^\/api\/monitors\/iServer\/nodes$/, answerInSession: listNodes },
  {
    method: 'DELETE',
    path: /^\/api\/monitors\/projects\/(?<projectId>[^/]+)\/caches\/(?<cacheType>[^/]+)$/,
    answerInSession: purgeCache,
  },
  { method: 'GET', path: /^\/api\/monitors\/caches\/contents$/, answerInSession: listContentCaches },
  { method: 'PATCH', path: /^\/api\/v2\/monitors\/caches\/contents$/, answerInSession: alterContentCaches },
  { method: 'GET', path: /^\/api\/monitors\/caches\/cubes$/, answerInSession: listCubeCaches },
  { method: 'GET', path: /^\/api\/monitors\/caches\/cubes\/(?<cacheId>[^/]+)$/, answerInSession: showCubeCache },
  { method: 'PATCH', path: /^\/api\/monitors\/caches\/cubes\/(?<cacheId>[^/]+)$/, answerInSession: alterCubeCache },
  { method: 'DELETE', path: /^\/api\/monitors\/caches\/cubes\/(?<cacheId>[^/]+)$/, answerInSession: deleteCubeCache },
  {
    method: 'GET',
    path: /^\/api\/monitors\/caches\/cubes\/manipulations\/(?<id>[^/]+)\/status$/,
    answerInSession: showManipulation,
  },
];

function showStatus({ serverVersion }: ServerState): Reply {
  const deployment = { iServerVersion: serverVersion, webVersion: serverVersion, deploymentType: 'onprem' };
  return { status: 200, body: deployment };
}

function logOut({ sessions }: ServerState, session: Session): Reply {
  sessions.close(session);
  return NO_CONTENT;
}

function showSession({ sessionSeconds }: ServerState, { account }: Session): Reply {
  const { id, fullName } = account;
  return { status: 200, body: { id, fullName, timeout: sessionSeconds, workingSet: 10, maxSearch: 3 } };
}

function showUser(_state: ServerState, { account }: Session): Reply {
  return { status: 200, body: { id: account.id, fullName: account.fullName, username: account.username } };
}

function showPrivileges(_state: ServerState, { account }: Session): Reply {
  const privileges = account.privileges.map((name, index) => ({
    id: String(index + 1),
    name,
    description: name,
    isUserLevelAllowed: true,
    projects: [],
  }));
  return { status: 200, body: privileges };
}
