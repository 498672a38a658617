import { USE_CLUSTER_MONITOR } from './accounts.ts';
import type { EmulatedProject } from './projects.ts';
import { projectReply } from './projects.ts';
import type { Reply } from './replies.ts';
import { privilegeMissing, refusal } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import type { Session } from './sessions.ts';

const NODE = { name: 'iserver-1', port: 34952, status: 'running', load: 1, default: true };

/** `GET /api/monitors/projects`: every project in the metadata, in pages. */
export function listMonitoredProjects(
  { projects }: ServerState,
  { account }: Session,
  { query }: LibraryRequest,
): Reply {
  if (!account.privileges.includes(USE_CLUSTER_MONITOR)) return privilegeMissing(USE_CLUSTER_MONITOR);
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? -1);
  if (!Number.isInteger(offset) || offset < 0 || !Number.isInteger(limit) || limit < -1) {
    return refusal(400, 'ERR006', 'offset and limit must be whole numbers');
  }
  const wanted = wantedProjects(projects, query);
  const page = wanted.slice(offset, limit === -1 ? undefined : offset + limit);
  const listed = page.map((project) => ({
    ...projectReply(project),
    nodes: [{ name: NODE.name, status: stateOf(project) }],
  }));
  return { status: 200, headers: { 'X-MSTR-Total-Count': String(wanted.length) }, body: { projects: listed } };
}

/** `GET /api/monitors/iServer/nodes`: the cluster, here of one node, with each project's state on it. */
export function listNodes({ projects }: ServerState, { account }: Session, { query }: LibraryRequest): Reply {
  if (!account.privileges.includes(USE_CLUSTER_MONITOR)) return privilegeMissing(USE_CLUSTER_MONITOR);
  const name = query.get('name') ?? NODE.name;
  const shown = wantedProjects(projects, query).map((project) => ({
    id: project.id,
    name: project.name,
    status: stateOf(project),
  }));
  return { status: 200, body: { nodes: name === NODE.name ? [{ ...NODE, projects: shown }] : [] } };
}

function wantedProjects(projects: readonly EmulatedProject[], query: URLSearchParams): readonly EmulatedProject[] {
  const wanted = query.get('projects.id')?.split(',');
  return projects.filter(({ id }) => wanted === undefined || wanted.includes(id));
}

function stateOf({ loaded }: EmulatedProject): string {
  return loaded ? 'loaded' : 'unloaded';
}
