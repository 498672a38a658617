import { USE_CLUSTER_MONITOR } from './accounts.ts';
import type { EmulatedNode } from './cluster.ts';
import type { EmulatedProject } from './projects.ts';
import { projectReply } from './projects.ts';
import type { Reply } from './replies.ts';
import { privilegeMissing, refusal } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import type { Session } from './sessions.ts';

/** `GET /api/monitors/projects`: every project in the metadata, in pages. */
export function listMonitoredProjects(
  { projects, nodes }: ServerState,
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
    nodes: nodes.map((node) => ({ name: node.name, status: stateOf(project, node) })),
  }));
  return { status: 200, headers: { 'X-MSTR-Total-Count': String(wanted.length) }, body: { projects: listed } };
}

/** `GET /api/monitors/iServer/nodes`: the cluster, with each project's state on each node. */
export function listNodes({ projects, nodes }: ServerState, { account }: Session, { query }: LibraryRequest): Reply {
  if (!account.privileges.includes(USE_CLUSTER_MONITOR)) return privilegeMissing(USE_CLUSTER_MONITOR);
  const name = query.get('name');
  const wanted = wantedProjects(projects, query);
  const shown = nodes.map((node, index) => ({
    name: node.name,
    port: 34952,
    status: node.status,
    load: 1,
    default: index === 0,
    projects: wanted.map((project) => ({ id: project.id, name: project.name, status: stateOf(project, node) })),
  }));
  return { status: 200, body: { nodes: shown.filter((node) => name === null || node.name === name) } };
}

function wantedProjects(projects: readonly EmulatedProject[], query: URLSearchParams): readonly EmulatedProject[] {
  const wanted = query.get('projects.id')?.split(',');
  return projects.filter(({ id }) => wanted === undefined || wanted.includes(id));
}

function stateOf({ id, loaded }: EmulatedProject, { notLoaded }: EmulatedNode): string {
  return loaded && !notLoaded.has(id) ? 'loaded' : 'unloaded';
}
