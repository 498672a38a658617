import * as z from 'zod/mini';
import { VendorAuthError, VendorContractError, VendorRejectedError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/http/json.ts';
import { repeat } from '../../shared/http/retry.ts';
import { send } from '../../shared/http/send.ts';
import { log } from '../../shared/lambda/log.ts';
import { targetOptions } from '../../shared/lambda/target-options.ts';
import { notDocumented } from '../../shared/microstrategy/replies.ts';
import { type LibraryAccess, MicrostrategySession } from '../../shared/microstrategy/session.ts';
import { readMicrostrategyTarget } from '../../shared/targets/read-target.ts';
import { type Check, Finding, type Step, takeSteps } from './checks.ts';
import { connectionSteps } from './connection.ts';
import { lookAtPrivileges, lookAtProjects } from './microstrategy-rights.ts';

export const NAMES = ['secret', 'address', 'tls', 'sign-in', 'version', 'privilege', 'projects'];

/** 2021 Update 8: the first with the purge. */
const OLDEST = '11.3.0800';
const ANSWER_TIMEOUT_SECONDS = 10;
/** A balancer that takes turns between two nodes is seen at the second call; one that throws dice a little later. */
const SESSION_CALLS = 6;

const statusSchema = z.looseObject({
  iServerVersion: z.catch(z.nullish(z.string()), undefined),
  webVersion: z.catch(z.nullish(z.string()), undefined),
  code: z.catch(z.nullish(z.string()), undefined),
});

/** Checks a Library server: one login, and its logout whatever happens. */
export async function checkMicrostrategy(name: string, access: LibraryAccess, deadline: number): Promise<Check[]> {
  const readAgain = async () => await readMicrostrategyTarget(name, { ...targetOptions(), fresh: true });
  const onLogoutFailed = (error: unknown) => log('warn', 'logout failed', { target: name, reason: String(error) });
  const session = new MicrostrategySession(access, { deadline, readAgain, onLogoutFailed });
  let version: string | undefined;
  const steps: Step[] = [
    { check: 'secret', needs: [], look: async () => undefined },
    ...connectionSteps(access, { url: access.url }, async () => {
      version = await askStatus(access, session.workDeadline);
    }),
    { check: 'sign-in', needs: ['address', 'tls'], look: async () => await signIn(session, access) },
    { check: 'version', needs: ['sign-in'], look: async () => versionProblem(version, access) },
    { check: 'privilege', needs: ['version'], look: async () => await lookAtPrivileges(session) },
    { check: 'projects', needs: ['version'], look: async (statusOf) => await lookAtProjects(session, statusOf) },
  ];
  try {
    return await takeSteps(NAMES, steps, session.workDeadline);
  } finally {
    await session.logout().catch(onLogoutFailed);
  }
}

/** Whether `url` is a Library server at all: it tells its status to everybody. Gives its version. */
async function askStatus(access: LibraryAccess, deadline: number): Promise<string | undefined> {
  const request = {
    method: 'GET',
    url: `${access.url}/api/status`,
    headers: { accept: 'application/json' },
    answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
  } as const;
  const answer = await repeat('always', deadline, async () => await send(request, { access, deadline }));
  const { iServerVersion, webVersion, code } = statusSchema.safeParse(parseJson(answer)).data ?? {};
  const isVendors = iServerVersion ?? webVersion ?? /^ERR\d+$/.test(code ?? '');
  if (isVendors) return iServerVersion ?? webVersion ?? undefined;
  throw notDocumented(answer);
}

/** Logs in once and uses the session some times: behind a balancer without stickiness another node does not know it. */
async function signIn(session: MicrostrategySession, access: LibraryAccess): Promise<undefined> {
  await session.login().catch(async (error) => {
    throw (await modeProblem(error, access, session.workDeadline)) ?? error;
  });
  for (let call = 1; call <= SESSION_CALLS; call += 1) {
    await session.call('GET', '/api/sessions').catch(ignoreUnlessLost);
    if (session.renewed) throw notSticky(access);
  }
}

/** A server may not have this one resource; that the session is gone is what is looked for. */
function ignoreUnlessLost(error: unknown): void {
  if (error instanceof VendorRejectedError || error instanceof VendorContractError) return;
  throw error;
}

function notSticky({ url }: LibraryAccess): Finding {
  return new Finding(
    `The login at ${url} succeeded, and a call right after it was refused as if nobody had logged in (401): the load balancer before the Library server is not sticky, so that another node got the call. Switch sticky sessions on there.`,
    { endsAll: true },
  );
}

const modesSchema = z.looseObject({ modes: z.array(z.number()) });

/** Where the server offers other ways to log in than the secret's, that is the cause, whatever the refusal says. */
async function modeProblem(error: unknown, access: LibraryAccess, deadline: number): Promise<Finding | undefined> {
  if (!(error instanceof VendorAuthError || error instanceof VendorRejectedError)) return undefined;
  if (access.apiToken !== undefined) return undefined;
  const mode = access.loginMode ?? 1;
  const request = { method: 'GET', url: `${access.url}/api/config/authModes` } as const;
  const answer = await send(
    { ...request, headers: { accept: 'application/json' }, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS },
    { access, deadline },
  ).catch(() => undefined);
  const modes = answer && modesSchema.safeParse(parseJson(answer)).data?.modes.slice(0, 20);
  if (!modes || modes.includes(mode)) return undefined;
  return new Finding(
    `The server does not offer loginMode ${mode} (it offers ${modes.join(', ')}; 1 is standard, 16 LDAP): correct loginMode in the target's secret, or put an apiToken there in the place of name and password.`,
    { endsAll: true },
  );
}

function versionProblem(version: string | undefined, { url }: LibraryAccess): string | undefined {
  const numbers = version?.match(/^\d+\.\d+\.\d+/)?.[0];
  if (numbers === undefined)
    return `${url} does not tell its version: purging needs ${OLDEST} (2021 Update 8) or later.`;
  if (numbers.localeCompare(OLDEST, 'en', { numeric: true }) >= 0) return undefined;
  throw new Finding(
    `The Intelligence Server ${version} behind ${url} is too old: purging needs ${OLDEST} (2021 Update 8) or later. Upgrade it.`,
    { endsAll: true },
  );
}
