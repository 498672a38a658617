import * as z from 'zod/mini';
import { readReply, TokenRefused } from '../../shared/arcgis/replies.ts';
import type { ServiceName } from '../../shared/arcgis/service-name.ts';
import { type ArcgisSite, type SiteAccess, tokens } from '../../shared/arcgis/site.ts';
import { VendorAuthError, VendorBusyError, VendorContractError, VendorRejectedError } from '../../shared/errors.ts';
import { listOf } from '../../shared/http/list-of.ts';
import { repeat } from '../../shared/http/retry.ts';
import { send } from '../../shared/http/send.ts';
import { adminApiShutOff, roleTooSmall, whatHappened } from './arcgis-advice.ts';
import { Finding } from './checks.ts';

/** Of every read here: a server that hangs is left sooner than by an operation. */
export const ANSWER_TIMEOUT_SECONDS = 10;
const OLDEST = 10.3;
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** As an operation asks for it. */
const TOKEN_LIFE_MINUTES = 60;
const MS_PER_MINUTE = 60_000;
/** A token that ends so late has no end, or one of its own. */
const NO_END_MS = 366 * 86_400_000;

const infoSchema = z.looseObject({
  currentVersion: z.catch(z.nullish(z.union([z.number(), z.string()])), undefined),
  fullVersion: z.catch(z.nullish(z.string()), undefined),
  owningSystemUrl: z.catch(z.nullish(z.string()), undefined),
  authInfo: z.catch(
    z.nullish(z.looseObject({ shortLivedTokenValidity: z.catch(z.nullish(z.number()), undefined) })),
    undefined,
  ),
});

const nameAndType = z.looseObject({ name: z.string(), type: z.string() });
export const catalogueSchema = z.looseObject({
  currentVersion: z.catch(z.nullish(z.union([z.number(), z.string()])), undefined),
  folders: z.catch(z.optional(listOf(z.string())), undefined),
  services: z.catch(z.optional(listOf(nameAndType)), undefined),
});

/** What the checks have seen so far of a site. */
export interface Seen {
  readonly site: ArcgisSite;
  readonly access: SiteAccess;
  /** Epoch milliseconds. */
  readonly deadline: number;
  info?: z.output<typeof infoSchema>;
  /** By how much the server's clock is ahead; negative: behind. */
  clockAheadMs?: number;
  catalogue?: z.output<typeof catalogueSchema>;
  /** The first service with tiles. */
  cached?: ServiceName;
}

/** Whether `url` is a site at all (page "Server Info"), and what it says of itself. No password is needed for that. */
export async function askServerInfo(seen: Seen): Promise<void> {
  const { access, deadline } = seen;
  const request = {
    method: 'POST',
    url: `${access.url}/rest/info`,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'f=json',
    answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
  } as const;
  const answer = await repeat('always', deadline, async () => await send(request, { access, deadline }));
  const at = Date.parse(answer.headers.date ?? '');
  if (!Number.isNaN(at)) seen.clockAheadMs = at - Date.now();
  try {
    seen.info = readReply(answer, infoSchema);
  } catch (error) {
    // Only ArcGIS speaks of tokens so.
    if (error instanceof TokenRefused) return;
    throw error instanceof VendorRejectedError ? notASite(whatHappened(error)) : error;
  }
  const { currentVersion, fullVersion, owningSystemUrl, authInfo } = seen.info;
  if (currentVersion ?? fullVersion ?? owningSystemUrl ?? authInfo) return;
  throw notASite(`${answer.place} answered JSON that says nothing of an ArcGIS Server`);
}

function notASite(seen: string): Finding {
  return new Finding(
    `${seen}. Check the url in the target's secret: it is https://<host>/<web adaptor>, or https://<machine>:6443/arcgis.`,
  );
}

/** Signs in, and has the token looked at by a read. */
export async function signIn(seen: Seen): Promise<string | undefined> {
  try {
    const call = { path: 'rest/services', reply: catalogueSchema, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS };
    seen.catalogue = await seen.site.call(call);
  } catch (error) {
    explainRefusal(error, seen);
  }
  const ahead = clockAheadMs(seen);
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round(Math.abs(ahead) / MS_PER_MINUTE);
  const time = minutes < 100 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  throw new Finding(
    `The clock of ${seen.access.url} is about ${time} ${ahead > 0 ? 'ahead' : 'behind'}, so tokens end too late or too early: set the time of the server's machines (NTP), and look at the clock of this machine too.`,
  );
}

/** Goes on where the sign-in went well and only the read behind it did not. */
function explainRefusal(error: unknown, { access, info }: Seen): void {
  if (!(error instanceof Error)) throw error;
  const isAtAdmin = /\/admin\/generateToken\b/.test(error.message);
  if (isAtAdmin && error instanceof VendorAuthError) {
    throw new Finding(
      `${whatHappened(error)}. Correct username and password in the target's secret; they are not tried again, so that the account is not locked. Where they are right the user's role is too small: the Admin API gives tokens to publishers and administrators only.`,
      { endsAll: true },
    );
  }
  const isNoAnswer =
    error instanceof VendorRejectedError || error instanceof VendorContractError || error instanceof VendorBusyError;
  if (isAtAdmin && isNoAnswer) throw adminApiShutOff(access, error);
  if (!isNoAnswer || /\/generateToken\b/.test(error.message)) throw error;
  if (error instanceof VendorRejectedError && (error.code === 401 || error.code === 403)) {
    throw roleTooSmall(error, info?.owningSystemUrl != null);
  }
}

/** By its own word, or by when it lets a token end that is to last an hour. */
function clockAheadMs({ access, info, clockAheadMs: told = 0 }: Seen): number {
  if (Math.abs(told) > CLOCK_TOLERANCE_MS) return told;
  const { renewAt = Number.POSITIVE_INFINITY } = tokens.get(access) ?? {};
  const lifeMs = renewAt - Date.now();
  const longestMs = Math.max(TOKEN_LIFE_MINUTES, info?.authInfo?.shortLivedTokenValidity ?? 0) * MS_PER_MINUTE;
  if (lifeMs > longestMs && lifeMs < NO_END_MS) return lifeMs - longestMs;
  return lifeMs < 0 ? lifeMs - longestMs : 0;
}

/** @throws Finding for a version that is too old */
export function versionProblem({ access, info, catalogue }: Seen): string | undefined {
  const told = info?.currentVersion ?? info?.fullVersion ?? catalogue?.currentVersion;
  // 10.81 is 10.8.1 and 10.22 is 10.2.2: as decimal numbers they stand in their order.
  const version = Number.parseFloat(String(told));
  if (Number.isNaN(version)) return `${access.url} does not tell its version: check that it is ${OLDEST} or later.`;
  if (version >= OLDEST) return undefined;
  throw new Finding(
    `ArcGIS Server ${info?.fullVersion ?? told} at ${access.url} is too old: the calls that are made need ${OLDEST} or later. Upgrade the site.`,
    { endsAll: true },
  );
}
