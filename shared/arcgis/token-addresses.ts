import * as z from 'zod/mini';
import { InvalidSecretError } from '../errors.ts';
import { addressProblem, isLoopback } from '../http/address.ts';
import type { SiteAccess } from './site-call.ts';

/** What `<site>/rest/info` says of how to sign in. */
export const serverInfoSchema = z.looseObject({
  owningSystemUrl: z.nullish(z.string()),
  authInfo: z.catch(z.nullish(z.looseObject({ tokenServicesUrl: z.nullish(z.string()) })), undefined),
});

export interface TokenAddresses {
  first: string;
  /** Named by the site, for where the first is shut off: to be checked before anything secret goes there. */
  second?: string;
}

/**
 * Portal tokens on a federated site; else the Admin API's, which are good for REST too and always offered. Where a web
 * adaptor shuts the Admin API off, the site's token service does for REST.
 *
 * @param info undefined where the site did not tell: with `portalUrl` in the secret it is then taken for federated
 * @throws InvalidSecretError for a portal that must not get the credentials
 */
export function tokenAddresses(
  access: SiteAccess,
  info: z.output<typeof serverInfoSchema> | undefined,
): TokenAddresses {
  const { url, adminUrl, portalUrl } = access;
  const named = withoutSlashes(info?.owningSystemUrl);
  if (named) assertMayGetCredentials(access, named, 'portal');
  const portal = named || info === undefined ? (portalUrl ?? named) : undefined;
  if (portal) return { first: `${portal}/sharing/rest/generateToken` };
  const service = withoutSlashes(info?.authInfo?.tokenServicesUrl)?.replace(/\/tokens$/, '/tokens/generateToken');
  return { first: `${adminUrl ?? url}/admin/generateToken`, ...(service ? { second: service } : {}) };
}

/**
 * The site does not decide who gets the credentials: whoever takes it over would get the portal's too.
 *
 * @throws InvalidSecretError which says what to add to the secret
 */
export function assertMayGetCredentials(access: SiteAccess, address: string, what: 'portal' | 'token service'): void {
  const { url, adminUrl, portalUrl, allowHttp } = access;
  const said = `the site names the ${what} ${address} for its tokens`;
  const problem = addressProblem(address, allowHttp);
  if (problem !== undefined) throw new InvalidSecretError(`url: ${said}, and that address ${problem}.`);
  const host = hostOf(address);
  // In a function, what listens there is Lambda's own API.
  if (isLoopback(host) && !isLoopback(hostOf(url))) {
    throw new InvalidSecretError(
      `url: ${said}, a loopback address, which is never accepted from a site elsewhere. Correct the address of the ${what} in the site's own configuration.`,
    );
  }
  const hosts = [url, adminUrl, portalUrl].map((known) => (known === undefined ? undefined : hostOf(known)));
  if (hosts.includes(host)) return;
  throw new InvalidSecretError(
    `${what === 'portal' ? 'portalUrl' : 'adminUrl'}: ${said}. Credentials go only to the hosts of url, adminUrl and portalUrl in the target's secret. If ${host} is yours, add its address to the secret: as portalUrl where it is the portal's, as adminUrl where it is the site's own.`,
  );
}

function hostOf(address: string): string {
  return URL.parse(address)?.hostname ?? '';
}

/** The look-behind keeps the time linear: tried at one slash of a row only. */
function withoutSlashes(address: string | null | undefined): string | undefined {
  return address?.replace(/(?<!\/)\/+$/, '');
}
