import { InvalidInputError, PartialFailureError, VendorAuthError, VendorRejectedError } from '../../shared/errors.ts';
import { redact } from '../../shared/http/redact.ts';
import { log } from '../../shared/lambda/log.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { targetOptions } from '../../shared/lambda/target-options.ts';
import { type CacheType, PurgeImpossibleError, purgeCache } from '../../shared/microstrategy/caches.ts';
import { listProjects, type Project } from '../../shared/microstrategy/projects.ts';
import { type MicrostrategySession, withSession } from '../../shared/microstrategy/session.ts';
import { readMicrostrategyTarget } from '../../shared/targets/read-target.ts';
import type { Input } from './input.ts';
import { fitResults, type PurgeResult } from './results.ts';

export const OPERATION = 'purge-microstrategy-caches';

/** Purges the element and/or object caches of some or all projects; every project is tried even when one fails. */
export async function purgeMicrostrategyCaches(input: Input, run: Run) {
  const { target } = input;
  const read = async (fresh: boolean) => await readMicrostrategyTarget(target, { ...targetOptions(), fresh });
  const options = { deadline: run.deadline, readAgain: async () => await read(true), onLogoutFailed };
  const results = await withSession(await read(false), options, async (session) => {
    const projects = await resolveProjects(session, input.projects);
    return await purgeAll(session, projects, [...new Set(input.cacheTypes)]);
  });
  const failures = results.filter(({ status }) => status === 'failed').length;
  if (failures > 0) {
    throw new PartialFailureError(
      `${failures} of ${results.length} purges on target "${target}" failed; the others stand. Mend the causes, then purge those projects again. ${JSON.stringify(fitResults(results))}`,
    );
  }
  const isNothingPurged = results.every(({ status }) => status === 'skipped');
  const notes = isNothingPurged ? { notes: ['Nothing was purged: none of the projects is loaded.'] } : {};
  return { operation: OPERATION, target, status: 'succeeded' as const, ...fitResults(results), ...notes };
}

function onLogoutFailed(error: unknown): void {
  log('warn', 'logout failed: the session ends by itself', { operation: OPERATION, reason: String(error) });
}

const PROJECT_ID = /^[0-9a-f]{32}$/i;

/** Names are looked up before anything is purged; ids are used as they are. */
async function resolveProjects(session: MicrostrategySession, wanted: Input['projects']): Promise<Project[]> {
  if (wanted !== 'ALL' && wanted.every((project) => PROJECT_ID.test(project))) {
    return uniqueById(wanted.map((id) => ({ id })));
  }
  const known = await listProjects(session);
  if (wanted === 'ALL') {
    if (known.length > 0) return known;
    throw new VendorRejectedError(
      '"ALL" is no project at all: the user sees none. Give the user access to the projects.',
    );
  }
  const unknown = wanted.filter((project) => !PROJECT_ID.test(project) && !known.some(({ name }) => name === project));
  if (unknown.length > 0) {
    const names = known.map(({ name }) => name);
    throw new InvalidInputError(
      `projects: ${quoted(unknown)} not known to the server, nothing was purged. The projects that the user sees are ${quoted(names)}.`,
    );
  }
  return uniqueById(
    wanted.flatMap((project) => {
      const matches = known.filter(({ id, name }) => name === project || id.toUpperCase() === project.toUpperCase());
      return matches.length > 0 ? matches : [{ id: project }];
    }),
  );
}

function quoted(names: (string | undefined)[]): string {
  const shown = names.slice(0, 100).map((name) => `"${name}"`);
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '');
}

function uniqueById(projects: Project[]): Project[] {
  return [...new Map(projects.map((project) => [project.id.toUpperCase(), project])).values()];
}

/** One after the other: two runs of one account at once would end each other's session. */
async function purgeAll(
  session: MicrostrategySession,
  projects: Project[],
  cacheTypes: CacheType[],
): Promise<PurgeResult[]> {
  const results: PurgeResult[] = [];
  for (const project of projects) {
    for (const cacheType of cacheTypes) {
      results.push(await purgeOne(session, project, cacheType, results));
    }
  }
  return results;
}

async function purgeOne(
  session: MicrostrategySession,
  { id, name }: Project,
  cacheType: CacheType,
  before: PurgeResult[],
): Promise<PurgeResult> {
  const purge = { projectId: id, ...(name === undefined ? {} : { projectName: redact(name) }), cacheType };
  try {
    const status = await purgeCache(session, id, cacheType);
    return status === 'accepted' ? { ...purge, status } : { ...purge, status, reason: 'the project is not loaded' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof VendorAuthError || error instanceof PurgeImpossibleError || !session.isOpen) {
      const accepted = before.filter(({ status }) => status === 'accepted').length;
      error.message += ` Accepted before that: ${accepted} purges.`;
      throw error;
    }
    return { ...purge, status: 'failed', reason: redact(`${error.name}: ${error.message}`).slice(0, 500) };
  }
}
