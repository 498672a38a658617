import * as z from 'zod/mini';
import { VendorContractError, VendorRejectedError } from '../../shared/errors.ts';
import { listOf } from '../../shared/http/list-of.ts';
import { readReply } from '../../shared/microstrategy/replies.ts';
import type { MicrostrategySession } from '../../shared/microstrategy/session.ts';
import { Finding, type StatusOf } from './checks.ts';

const text = z.catch(z.nullish(z.string()), undefined);

const privilegesSchema = listOf(
  z.looseObject({ name: text, description: text, isUserLevelAllowed: z.catch(z.nullish(z.boolean()), undefined) }),
);

/** By its name in the API, and as the product's pages write it. */
const CACHE_ADMINISTRATION = /cache\s*administration|administer\s+(result\s+)?caches?/i;

/** Whether the user may purge (`GET /api/sessions/privileges`). */
export async function lookAtPrivileges(session: MicrostrategySession): Promise<string | undefined> {
  const privileges = await readIfThere(session, '/api/sessions/privileges', privilegesSchema);
  if (privileges === undefined) {
    return 'The server does not tell the privileges of the user: purging needs Cache Administration.';
  }
  const found = privileges.find(({ name, description }) => CACHE_ADMINISTRATION.test(`${name} ${description}`));
  if (found === undefined) {
    throw new Finding(
      'The user lacks the privilege Cache Administration (DssXmlPrivilegesCacheAdministration), which purging needs: give it to the user, or to a group of the user.',
    );
  }
  if (found.isUserLevelAllowed !== false) return undefined;
  return 'The user has Cache Administration for some projects only: purging the others will be refused.';
}

const projectsSchema = listOf(
  z.looseObject({ id: z.string(), status: z.catch(z.nullish(z.coerce.number()), undefined) }),
);

const nodesSchema = z.looseObject({
  nodes: listOf(
    z.looseObject({
      projects: z.catch(z.optional(listOf(z.looseObject({ id: z.string(), status: text }))), undefined),
    }),
  ),
});

/** Whether a project that the user sees is loaded: what is not loaded has no cache to purge. */
export async function lookAtProjects(session: MicrostrategySession, statusOf: StatusOf): Promise<string | undefined> {
  const projects = await listProjects(session, statusOf);
  const ids = new Set(projects.map(({ id }) => id.toUpperCase()));
  // Only users with "Use Cluster Monitor" see the nodes.
  const cluster = await readIfThere(session, '/api/monitors/iServer/nodes', nodesSchema);
  const onNodes = cluster?.nodes.flatMap((node) => node.projects ?? []).filter(({ id }) => ids.has(id.toUpperCase()));
  const isLoaded =
    onNodes === undefined
      ? projects.some(({ status }) => (status ?? 0) >= 0)
      : onNodes.some(({ status }) => (status ?? 'loaded').toLowerCase() !== 'unloaded');
  if (isLoaded) return undefined;
  throw new Finding(
    `None of the ${projects.length} projects that the user sees is loaded on a node of the Intelligence Server, so there is nothing to purge: load them (Workstation, or Command Manager's LOAD PROJECT).`,
  );
}

async function listProjects(session: MicrostrategySession, statusOf: StatusOf) {
  // Who may do too little sees too little: that was told.
  const check = statusOf('privilege') === 'failed' ? 'privilege' : undefined;
  const projects = await session
    .call('GET', '/api/projects')
    .then((answer) => readReply(answer, projectsSchema))
    .catch((error) => {
      throw error instanceof VendorRejectedError ? new Finding(error.message, { check }) : error;
    });
  if (projects.length > 0) return projects;
  const advice = 'The user sees no project: give the user access to the projects whose caches are to be purged.';
  throw new Finding(advice, { check });
}

/** What not every version has, or not every user may see. */
async function readIfThere<S extends z.core.$ZodType>(session: MicrostrategySession, path: string, schema: S) {
  try {
    return readReply(await session.call('GET', path), schema);
  } catch (error) {
    if (error instanceof VendorRejectedError || error instanceof VendorContractError) return undefined;
    throw error;
  }
}
