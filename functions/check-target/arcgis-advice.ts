import type { SiteAccess } from '../../shared/arcgis/site-call.ts';
import { Finding } from './checks.ts';

/** What happened, without the advice that follows it in an error: that is for who runs an operation. */
export function whatHappened({ message }: Error): string {
  return message.replace(/[.:;]? (?=Check |Correct |Look |If the login |It may be |User ").*$/s, '');
}

/** Something stands where the Admin API should answer. */
export function adminApiShutOff({ url, adminUrl }: SiteAccess, error: Error): Finding {
  const next =
    adminUrl === undefined
      ? `A web adaptor passes it on only where it was registered with administrative access: register it so, or put the site's own address (https://<machine>:6443/arcgis) into adminUrl of the target's secret.`
      : `Check adminUrl in the target's secret: the site's own address (https://<machine>:6443/arcgis), from where this caller may use it.`;
  return new Finding(`The Admin API does not answer at ${adminUrl ?? url}/admin: ${whatHappened(error)}. ${next}`, {
    check: 'admin-api',
    endsAll: true,
  });
}

/** What is refused for the role once is refused everywhere. */
export function roleTooSmall(error: Error, isFederated: boolean): Finding {
  const custom = isFederated
    ? ' A custom role of the portal also needs the administrative privileges "View all content" and "Servers" (for clear-rest-cache "Security and infrastructure").'
    : '';
  return new Finding(
    `The login is valid and the user's role is too small: ${whatHappened(error)}. Make the user a publisher, or an administrator where the REST cache is to be cleared too.${custom}`,
    { endsAll: true },
  );
}
