import * as z from 'zod/mini';
import { VendorAuthError, VendorRejectedError } from '../errors.ts';
import { assertNoContent, readReply } from './replies.ts';
import type { MicrostrategySession } from './session.ts';

export type CacheType = 'element' | 'object';

/** Not registered on a running node, offline, request-idle, idle: seen for projects that no node has loaded. */
const NOT_LOADED = [-2147209151, -2147209183, -2147209177, -2147209192];

/** Too many sessions of the user for a project, for all projects, on the server. Login itself still works then. */
const SESSION_CAPS = [-2147072486, -2147209052, -2147073423];

/** 2021 Update 8, the first version with the purge call; the list of content caches came one update before. */
const FIRST_VERSION = '11.3.0800';

/**
 * Triggers the purge of one cache of one project (page "Purge object and element caches"). The server answers that it
 * was triggered; nothing tells when it is done. Safe to repeat: it costs warehouse load, not correctness.
 *
 * @returns `skipped` for a project that is not loaded
 * @throws VendorRejectedError, and {@link PurgeImpossibleError} where no purge of this run can succeed
 */
export async function purgeCache(
  session: MicrostrategySession,
  projectId: string,
  cacheType: CacheType,
): Promise<'accepted' | 'skipped'> {
  try {
    // The plural path: the singular one in the vendor's examples is stale and answers 404.
    const path = `/api/monitors/projects/${encodeURIComponent(projectId)}/caches/${cacheType}`;
    if (!session.keepBack('DELETE', path)) assertNoContent(await session.call('DELETE', path));
    return 'accepted';
  } catch (error) {
    return await meaningOf(session, error);
  }
}

/**
 * What a refused call on the caches of a project means.
 *
 * @returns `skipped` where the project is not loaded
 * @throws {@link PurgeImpossibleError} where no call of this run can succeed; else the error itself
 */
export async function meaningOf(session: MicrostrategySession, error: unknown): Promise<'skipped'> {
  if (!(error instanceof VendorRejectedError)) throw error;
  if (NOT_LOADED.includes(error.iServerCode ?? 0)) return 'skipped';
  if (SESSION_CAPS.includes(error.iServerCode ?? 0)) {
    throw new PurgeImpossibleError(
      `${error.message} The user has too many open sessions, and a retry would add to them. They end by themselves after about half an hour; an administrator can end them sooner.`,
      error,
    );
  }
  if (isUnknownCall(error) && (await isTooOld(session, error))) {
    throw new PurgeImpossibleError(
      `${error.message} The server is too old for this call: it needs MicroStrategy 2021 Update 8 (I-Server ${FIRST_VERSION}) or later.`,
      error,
    );
  }
  throw error;
}

/** No purge of this run can succeed: what stops one stops all. */
export class PurgeImpossibleError extends VendorRejectedError {
  constructor(message: string, { code, iServerCode }: VendorRejectedError) {
    super(message, { code, iServerCode });
  }
}

/** ERR004 is "no such endpoint" and "no such resource" alike; 405 comes from servers that know the path only. */
function isUnknownCall({ code, message }: VendorRejectedError): boolean {
  return /^ERR0*4$/.test(String(code)) || /HTTP 40[45]\b/.test(message);
}

/** Compares `11.3.0800` part by part, as numbers: 11.10 is after 11.3. */
function isBefore(version: string, first: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of first.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

/** By the version, where the server tells it; else by the words that the vendor's own client goes by. */
async function isTooOld(session: MicrostrategySession, error: VendorRejectedError): Promise<boolean> {
  try {
    const status = readReply(await session.call('GET', '/api/status'), z.looseObject({ iServerVersion: z.string() }));
    return isBefore(status.iServerVersion, FIRST_VERSION);
  } catch (statusError) {
    if (statusError instanceof VendorAuthError) throw statusError;
    return /ERR0*[14] HTTP 40[45]\b/.test(error.message);
  }
}
