import * as z from 'zod/mini';
import { listOf } from '../http/list-of.ts';
import { readReply } from './replies.ts';
import type { MicrostrategySession } from './session.ts';

/** A node of the Intelligence Server cluster. */
export interface ClusterNode {
  name: string;
  /** False where the server says that it is stopped. */
  isRunning: boolean;
  /** Ids in upper case: the projects of which the server says that they are not loaded there. */
  notLoaded: Set<string>;
}

const statusSchema = z.catch(z.optional(z.string()), undefined);

/** With fewer rights the server tells only the names. */
const nodesSchema = z.looseObject({
  nodes: listOf(
    z.looseObject({
      name: z.string().check(z.minLength(1)),
      status: statusSchema,
      projects: z.catch(z.optional(listOf(z.looseObject({ id: z.string(), status: statusSchema }))), undefined),
    }),
  ),
});

/** `loaded_pending` is not loaded yet, `unloaded_pending` not for long. Idle projects keep their caches. */
const NOT_LOADED = /^(unloaded|loaded_pending|offline)/i;

/** Every node of the cluster (page "Project administration"): stored caches are listed for each. Safe to repeat. */
export async function listNodes(session: MicrostrategySession): Promise<ClusterNode[]> {
  const { nodes } = readReply(await session.call('GET', '/api/monitors/iServer/nodes'), nodesSchema);
  return nodes.map(({ name, status, projects = [] }) => ({
    name,
    isRunning: status?.toLowerCase() !== 'stopped',
    notLoaded: new Set(
      projects.filter((project) => NOT_LOADED.test(project.status ?? '')).map(({ id }) => id.toUpperCase()),
    ),
  }));
}

/** The names of the nodes to look at for a project, and of the others. A stopped node answers nothing. */
export function nodesFor(nodes: ClusterNode[], projectId: string) {
  const names = (some: ClusterNode[]) => some.map(({ name }) => name);
  const running = nodes.filter(({ isRunning }) => isRunning);
  const isLoaded = ({ notLoaded }: ClusterNode) => !notLoaded.has(projectId.toUpperCase());
  return {
    usable: names(running.filter(isLoaded)),
    notLoaded: names(running.filter((node) => !isLoaded(node))),
    stopped: names(nodes.filter(({ isRunning }) => !isRunning)),
  };
}
