import { ArcgisSite, type SiteAccess } from '../../shared/arcgis/site.ts';
import { targetOptions } from '../../shared/lambda/target-options.ts';
import { readArcgisTarget } from '../../shared/targets/read-target.ts';
import { lookAtAdminApi, lookAtHostedAdminApi } from './arcgis-admin.ts';
import { lookAtServices } from './arcgis-services.ts';
import { askServerInfo, type Seen, signIn, versionProblem } from './arcgis-sign-in.ts';
import { lookAtTools } from './arcgis-tools.ts';
import { type Check, type Step, takeSteps } from './checks.ts';
import { connectionSteps } from './connection.ts';

export const NAMES = [
  'secret',
  'address',
  'tls',
  'sign-in',
  'version',
  'admin-api',
  'caching-tools',
  'publishing-tools',
  'services',
];

/** Checks an ArcGIS Server or Enterprise site, stand-alone or federated. */
export async function checkArcgis(name: string, access: SiteAccess, deadline: number): Promise<Check[]> {
  const readAgain = async () => await readArcgisTarget(name, { ...targetOptions(), fresh: true });
  const site = new ArcgisSite(access, { readAgain, deadline });
  const { url, adminUrl, portalUrl } = access;
  const seen: Seen = { site, access, deadline };
  const steps: Step[] = [
    { check: 'secret', needs: [], look: nothingToSay },
    ...connectionSteps(access, { url, adminUrl, portalUrl }, async () => await askServerInfo(seen)),
    { check: 'sign-in', needs: ['address', 'tls'], look: async () => await signIn(seen) },
    { check: 'version', needs: ['sign-in'], look: async () => versionProblem(seen) },
    ...(site.isHosted ? hostedSteps(seen) : serverSteps(seen)),
  ];
  return await takeSteps(NAMES, steps, deadline);
}

function serverSteps(seen: Seen): Step[] {
  return [
    { check: 'admin-api', needs: ['version'], look: async () => await lookAtAdminApi(seen) },
    {
      check: 'caching-tools',
      needs: ['admin-api'],
      // Jobs are submitted to the first; the second runs them.
      look: async () => await lookAtTools(seen, ['CachingTools', 'CachingControllers']),
    },
    { check: 'publishing-tools', needs: ['admin-api'], look: async () => await lookAtTools(seen, ['PublishingTools']) },
    { check: 'services', needs: ['admin-api'], look: async () => await lookAtServices(seen) },
  ];
}

/** The vendor's own machines do the work there, so there are no tools to look at. */
function hostedSteps(seen: Seen): Step[] {
  return [
    { check: 'services', needs: ['version'], look: async () => await lookAtServices(seen) },
    { check: 'admin-api', needs: ['services'], look: async () => await lookAtHostedAdminApi(seen) },
  ];
}

async function nothingToSay(): Promise<undefined> {
  return undefined;
}
