/**
 * A MicroStrategy Library server with its I-Server nodes (one unless told), as far as purging caches goes. It keeps accounts, sessions and
 * projects of its own and refuses what the vendor's server would refuse. In brackets: how sure it is that the real server
 * does the same (hi: vendor and one more source, med: one good source, low: inference).
 *
 * Faithful
 * - Login with JSON or a form, 204 with the token in a header, API token in `username` [hi]; iServerCodes of refused logins [med].
 * - Token and all cookies are needed on every call, otherwise 401 ERR009 [hi]. `GET /api/status`, `authModes` and
 *   `openapi.json` need no login [med].
 * - Idle time-out of the session [hi]; applicationType 76 only on newer servers [hi], here from 11.5.0600 on [low]; `DELETE /api/auth/login` is 404 [med].
 * - `GET /api/projects` is a bare array, with status 0 also for a project that is not loaded [med]; nodes and their fields [hi].
 * - The total of a paged list in `X-MSTR-Total-Count`, a project by its name and as an object of type 32, privileges with id
 *   and description: as mstrio-py 11.6.10.101 reads them [med].
 * - The purge: plural path [hi], 204 [hi], 403 ERR014 [med], not loaded 404 ERR001 -2147209151 [med], unknown project and
 *   other cache types 400 [med], 404 ERR004 before 11.3.0800 [hi].
 * - Session cap: 500 ERR001 -2147072486 [hi], at the first call into a project and not at the login [med].
 * - The error envelope and its codes in three digits [hi].
 * - Content and cube caches belong to a node: `clusterNode` is required, a node that is not connected is 503 [hi].
 * - A list of content caches has `total` and one object for each cache, whose key is the combined id; the tables are in
 *   `dbTablesUsed`, and `warehouseTablesUsed` is about cubes: as mstrio-py 11.6.10.101 reads them [med]. So are `status`
 *   with its seven flags, `source`, `databaseConnectionId`, and from 11.3.0700 on.
 * - Deleting, invalidating and loading content caches by an `operationList` [hi]; 200 by the client, 202 by field notes.
 * - Cubes: list, one cube with its `accessedTables`, change of state with a manipulation that is followed, deletion by 204,
 *   404 for one that is not there [hi]: the vendor's page "Monitor and manage cube caches".
 *
 * Invented
 * - When the load-balancer cookie changes (first read after the login, then every minute) and how long the old one reads.
 * - The cap counts all logins of a user, oldest first, not sessions per project; the purge counts as a call into a project [low].
 * - Logout ends the one session only; whether the real one ends others of the same user is not known.
 * - A purge is done at once and on the one node there is; how far and how soon a real one reaches is not documented.
 * - Which check comes first when several refuse, the texts of most messages, the 400 of a missing `loginMode`, locking after
 *   five failures, the ids of privileges, the shape of `userInfo` and of the projects monitor, the refusal of a project's
 *   name that is not known, and of an object that is none [low].
 * - Users, passwords and the projects Sales and Archive.
 * - Which rights the calls on content and cube caches want (here Cache Administration); what becomes of a call on content
 *   caches of which one has vanished (here 404 for all of it, or it is ignored); several `clusterNode` in one call; the body
 *   of the answer to it; deleting a cube by a manipulation (`acceptsOnly`); that no cache is listed of a project that is not
 *   loaded; the fields of an entry beyond those above, and `projectId` in it; all caches there are [low].
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, newServer, type ServerCertificate } from '../listen.ts';
import { defaultAccounts } from './accounts.ts';
import { type EmulatedNode, newNode } from './cluster.ts';
import type { ContentCaches } from './content-caches.ts';
import type { EmulatedCubeCache } from './cube-caches.ts';
import type { Fault } from './faults.ts';
import { Faults, sendFault } from './faults.ts';
import type { EmulatedProject } from './projects.ts';
import { defaultProjects } from './projects.ts';
import type { Reply } from './replies.ts';
import { notFound, outsideLibrary, sessionInvalid } from './replies.ts';
import type { LibraryRequest, Route, ServerState } from './routes.ts';
import { ROUTES } from './routes.ts';
import { readCookies, Sessions } from './sessions.ts';
import { defaultStoredCaches } from './stored-caches.ts';

const LIBRARY_ROOT = '/MicroStrategyLibrary';

export interface MicrostrategyEmulatorOptions {
  /** @defaultValue any free port */
  port?: number;
  /** Serves https with it. @defaultValue plain http */
  certificate?: ServerCertificate;
  /** Milliseconds since 1970; lets tests move the clock. */
  now?: () => number;
  /** Idle time-out of a session. @defaultValue 1800 */
  sessionSeconds?: number;
  /** How many sessions a user may have before project calls are refused. @defaultValue 20 */
  sessionsPerUser?: number;
  /** @defaultValue `11.4.0600` */
  serverVersion?: string;
  /** The vendor documents 400 for an unknown project, field reports say 404. @defaultValue 400 */
  unknownProjectStatus?: 400 | 404;
  /** The names of the cluster's nodes. @defaultValue `iserver-1` alone */
  nodes?: readonly string[];
  /** What a call on content caches comes to of which one is not there. @defaultValue `refused` */
  vanishedCaches?: 'refused' | 'ignored';
  /** Deletions of content and cube caches are answered by 202, and done later. @defaultValue false */
  acceptsOnly?: boolean;
  /** How long a manipulation of a cube takes, and such a deletion. @defaultValue 0.5 */
  removalSeconds?: number;
}

/** A request that reached the emulator; `path` is relative to the Library root and has the query string. */
interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface MicrostrategyEmulator {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly accounts: ReturnType<typeof defaultAccounts>;
  readonly requests: readonly RecordedRequest[];
  readonly projects: readonly EmulatedProject[];
  readonly nodes: readonly EmulatedNode[];
  readonly contentCaches: ContentCaches;
  /** How many operations each call on content caches had that was not refused. */
  readonly contentCalls: readonly number[];
  readonly cubeCaches: Map<string, EmulatedCubeCache>;
  /** Ids of cubes whose manipulation ends as an error. */
  readonly brokenCubes: Set<string>;
  openSessions(): number;
  /** Ends every session as a restart or an administrator would: the next call with its token is 401 ERR009. */
  expireSessions(): void;
  /** Lets the next request with this method and path meet a fault instead of the server; may be called several times. */
  failNext(method: string, path: RegExp, fault: Fault): void;
  close(): Promise<void>;
}

/** Starts a MicroStrategy Library server on 127.0.0.1. */
export async function startMicrostrategyEmulator(
  options: MicrostrategyEmulatorOptions = {},
): Promise<MicrostrategyEmulator> {
  const {
    port = 0,
    now = Date.now,
    sessionSeconds = 1800,
    sessionsPerUser = 20,
    serverVersion = '11.4.0600',
  } = options;
  const accounts = defaultAccounts();
  const projects = defaultProjects();
  const nodes = options.nodes ?? ['iserver-1'];
  const state: ServerState = {
    now,
    serverVersion,
    sessionSeconds,
    unknownProjectStatus: options.unknownProjectStatus ?? 400,
    accounts: Object.values(accounts),
    projects,
    sessions: new Sessions({ now, sessionSeconds, sessionsPerUser }),
    nodes: nodes.map(newNode),
    ...defaultStoredCaches(nodes, projects),
    contentCalls: [],
    manipulations: new Map(),
    brokenCubes: new Set(),
    vanishedCaches: options.vanishedCaches ?? 'refused',
    acceptsOnly: options.acceptsOnly ?? false,
    removalSeconds: options.removalSeconds ?? 0.5,
  };
  const requests: RecordedRequest[] = [];
  const faults = new Faults();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const inLibrary = url.startsWith(`${LIBRARY_ROOT}/`);
    const path = inLibrary ? url.slice(LIBRARY_ROOT.length) : url;
    const recorded = { method, path, headers: request.headers, body: await text(request) };
    requests.push(recorded);
    const fault = faults.take(method, path);
    if (fault !== undefined) sendFault(response, fault);
    else send(response, inLibrary ? answer(state, recorded) : outsideLibrary());
  }

  const server = newServer(options.certificate);
  server.on('request', (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const listening = await listen(server, port);
  return {
    url: `${listening.origin}${LIBRARY_ROOT}`,
    username: accounts.admin.username,
    password: accounts.admin.password,
    accounts,
    requests,
    projects,
    nodes: state.nodes,
    contentCaches: state.contentCaches,
    contentCalls: state.contentCalls,
    cubeCaches: state.cubeCaches,
    brokenCubes: state.brokenCubes,
    openSessions: () => state.sessions.count,
    expireSessions: () => state.sessions.closeAll(),
    failNext: (method, path, fault) => faults.plan({ method, path, fault }),
    close: listening.close,
  };
}

function answer(state: ServerState, { method, path, headers, body }: RecordedRequest): Reply {
  const { pathname, searchParams } = new URL(`http://library${path}`);
  const route = ROUTES.find((candidate) => candidate.method === method && candidate.path.test(pathname));
  if (route === undefined) return notFound();
  const groups = Object.entries({ ...route.path.exec(pathname)?.groups });
  const params = Object.fromEntries(groups.map(([name, value]) => [name, decode(value)]));
  return follow(route, state, { query: searchParams, headers, body, params });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function follow(route: Route, state: ServerState, request: LibraryRequest): Reply {
  if ('answer' in route) return route.answer(state, request);
  const token = request.headers['x-mstr-authtoken'];
  const cookies = readCookies(request.headers.cookie);
  const reads = route.method === 'GET';
  const session = state.sessions.find(typeof token === 'string' ? token : undefined, cookies, reads);
  if (session === undefined) return sessionInvalid();
  const reply = route.answerInSession(state, session, request);
  return reads ? { ...reply, cookies: state.sessions.refreshCookies(session, cookies) } : reply;
}

function send(response: ServerResponse, { status, body, headers = {}, cookies = [] }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
  if (body === undefined) {
    response.end();
    return;
  }
  const html = typeof body === 'string';
  response.setHeader('Content-Type', html ? 'text/html;charset=utf-8' : 'application/json;charset=UTF-8');
  response.end(html ? body : JSON.stringify(body));
}
