import * as z from 'zod/mini';
import { readReply } from '../../shared/arcgis/replies.ts';
import { adminPathOf, serviceLabel } from '../../shared/arcgis/service-name.ts';
import { tokens } from '../../shared/arcgis/site.ts';
import { assertMayGetCredentials } from '../../shared/arcgis/token-addresses.ts';
import { CacheOpsError, VendorBusyError, VendorContractError, VendorRejectedError } from '../../shared/errors.ts';
import { send } from '../../shared/http/send.ts';
import { adminApiShutOff, roleTooSmall } from './arcgis-advice.ts';
import { ANSWER_TIMEOUT_SECONDS, type Seen } from './arcgis-sign-in.ts';
import { Finding } from './checks.ts';

const folderSchema = z.looseObject({ services: z.array(z.unknown()) });

/** Whether the Admin API is there for this user (page "Folder"), and in a portal what the user's role lacks. */
export async function lookAtAdminApi(seen: Seen): Promise<string | undefined> {
  const { site, access, info } = seen;
  const isFederated = info?.owningSystemUrl != null;
  try {
    await site.call({ path: 'admin/services', reply: folderSchema, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS });
  } catch (error) {
    if (isRightRefused(error)) throw roleTooSmall(error, isFederated);
    const isOther =
      error instanceof VendorRejectedError || error instanceof VendorContractError || error instanceof VendorBusyError;
    throw isOther ? adminApiShutOff(access, error) : error;
  }
  if (isFederated) await lookAtRole(seen);
  return await adviceForPublisher(seen);
}

/** Whether the user may have tiles made: by the list of the jobs of one hosted service. */
export async function lookAtHostedAdminApi({ site, access, cached }: Seen): Promise<undefined> {
  if (cached === undefined) return;
  const path = `${adminPathOf(cached)}/jobs`;
  try {
    await site.call({ path, method: 'GET', reply: z.looseObject({}), answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS });
  } catch (error) {
    if (!isRightRefused(error)) throw error;
    throw new Finding(
      `The login is valid and may not change ${serviceLabel(cached)} at ${access.url}: use the owner of the hosted layers, or an administrator of the organization.`,
    );
  }
}

/** By ArcGIS' own code: a page with HTTP 403 is a web adaptor's. */
export function isRightRefused(error: unknown): error is VendorRejectedError {
  return error instanceof VendorRejectedError && (error.code === 401 || error.code === 403);
}

/** The portal's own roles, by their ids: administrator, publisher, user, viewer, data editor. */
const OWN_ROLES = ['org_admin', 'org_publisher', 'org_user', 'iAAAAAAAAAAAAAAA', 'iBBBBBBBBBBBBBBB'];
const VIEW_ALL_CONTENT = 'portal:admin:viewItems';

const selfSchema = z.looseObject({
  role: z.catch(z.nullish(z.string()), undefined),
  roleId: z.catch(z.nullish(z.string()), undefined),
  privileges: z.catch(z.nullish(z.array(z.string())), undefined),
});

/** A custom role without "View all content" sees the Admin API in part only (page "Access requirements" of its operations). */
async function lookAtRole(seen: Seen): Promise<void> {
  const { role, roleId, privileges } = (await askPortal(seen)) ?? {};
  const isCustom = roleId != null && !OWN_ROLES.includes(roleId) && role !== 'org_admin';
  if (!isCustom || !privileges || privileges.includes(VIEW_ALL_CONTENT)) return;
  throw new Finding(
    `The user's custom role in the portal lacks the administrative privilege "View all content" (${VIEW_ALL_CONTENT}), without which the Admin API shows a part only: add it to the role.`,
    { endsAll: true },
  );
}

/** Who the token's user is (page "Self" of the portal); nothing where the portal does not tell. */
async function askPortal({ access, info, deadline }: Seen): Promise<z.output<typeof selfSchema> | undefined> {
  const portal = access.portalUrl ?? info?.owningSystemUrl ?? '';
  const token = access.token ?? tokens.get(access)?.value;
  if (token === undefined) return undefined;
  try {
    assertMayGetCredentials(access, portal, 'portal');
    const answer = await send(
      {
        method: 'POST',
        url: `${portal.replace(/\/$/, '')}/sharing/rest/community/self`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          referer: access.referer ?? 'https://cache-ops',
        },
        body: new URLSearchParams({ token, f: 'json' }).toString(),
        answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
      },
      { access, deadline },
    );
    return readReply(answer, selfSchema);
  } catch (error) {
    if (error instanceof CacheOpsError) return undefined;
    throw error;
  }
}

/** Only administrators see this part of the Admin API; what else may be wrong there is nobody's concern. */
async function adviceForPublisher({ site }: Seen): Promise<string | undefined> {
  const call = { path: 'admin/system', reply: z.looseObject({}), answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS };
  try {
    await site.call(call);
    return undefined;
  } catch (error) {
    if (!(error instanceof CacheOpsError)) throw error;
    if (!isRightRefused(error)) return undefined;
    return 'The user is no administrator: caching and refresh will work, clear-rest-cache will be refused.';
  }
}
