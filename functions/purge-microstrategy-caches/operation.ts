import { InvalidInputError, PartialFailureError, VendorRejectedError } from '../../shared/errors.ts';
import { log } from '../../shared/lambda/log.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { targetOptions } from '../../shared/lambda/target-options.ts';
import { listProjects, type Project } from '../../shared/microstrategy/projects.ts';
import { type MicrostrategySession, withSession } from '../../shared/microstrategy/session.ts';
import { readMicrostrategyTarget } from '../../shared/targets/read-target.ts';
import type { Input } from './input.ts';
import { planAll } from './plan-all.ts';
import { purgeAll } from './purge-all.ts';
import { fitResults } from './results.ts';

export const OPERATION = 'purge-microstrategy-caches';

/** Purges caches of some or all projects; every project and type is tried even when one fails. */
export async function purgeMicrostrategyCaches(input: Input, run: Run) {
  const { target } = input;
  const read = async (fresh: boolean) => await readMicrostrategyTarget(target, { ...targetOptions(), fresh });
  const options = {
    deadline: run.deadline,
    readAgain: async () => await read(true),
    onLogoutFailed,
    unsent: run.unsent,
  };
  const { results, ...dryRun } = await withSession(await read(false), options, async (session) => {
    const projects = await resolveProjects(session, input.projects);
    if (run.unsent !== undefined) return await planAll(session, projects, input, run.unsent);
    return { results: await purgeAll(session, projects, input) };
  });
  const failures = results.filter(({ status }) => status === 'failed').length;
  if (failures > 0) {
    throw new PartialFailureError(
      `${failures} of ${results.length} purges on target "${target}" failed; the others stand. Mend the causes, then purge those projects again. ${JSON.stringify(fitResults(results))}`,
    );
  }
  const isNothingPurged = results.length > 0 && results.every(({ status }) => status === 'skipped');
  const notes = [
    ...(isNothingPurged ? ['Nothing was purged: none of the projects is loaded.'] : []),
    ...notNarrowed(input),
  ];
  return {
    operation: OPERATION,
    target,
    status: 'succeeded' as const,
    ...fitResults(results),
    ...dryRun,
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** What was done beside that which the keys are about. */
function notNarrowed({ cacheTypes, where, invalidate }: Input): string[] {
  const whole = cacheTypes.filter((type) => type === 'element' || type === 'object');
  const isWide = where !== undefined && whole.length > 0;
  return [
    ...(isWide
      ? [`where narrows content and cube caches: of ${[...new Set(whole)].join(' and ')} all were purged.`]
      : []),
    ...(invalidate && cacheTypes.includes('cube') ? ['invalidate is for content caches: the cubes were deleted.'] : []),
  ];
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
