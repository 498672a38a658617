import * as z from 'zod/mini';
import { VendorContractError, VendorRejectedError } from '../errors.ts';
import type { ArcgisSite } from './site.ts';

/** What is cleared: nothing given = the whole REST cache. */
export interface RestCacheScope {
  folderName?: string | undefined;
  serviceName?: string | undefined;
  type?: string | undefined;
}

/** Documented as `{"success":true}` and as `{"status":"success"}`, and real clients test for each: both are accepted. */
const clearedSchema = z.union([
  z.looseObject({ success: z.literal(true) }),
  z.looseObject({ status: z.string().check(z.regex(/^success$/i)) }),
]);

/**
 * Clears the REST cache (page "Clear REST Cache"). Safe to repeat.
 *
 * @throws VendorContractError for whatever is neither documented success
 */
export async function clearRestCache(site: ArcgisSite, scope: RestCacheScope): Promise<void> {
  await site.call({
    path: 'admin/system/handlers/rest/cache/clear',
    form: given(scope),
    reply: clearedSchema,
    answerInDryRun: { success: true },
  });
}

/** Types that the Admin API lists under their own name; others (FeatureServer, WMSServer…) are capabilities of these. */
const LISTED_TYPES = ['MapServer', 'ImageServer', 'GPServer', 'GeocodeServer', 'GeometryServer'];

const existsSchema = z.looseObject({ exists: z.optional(z.boolean()) });

/**
 * Whether the folder or service exists, or undefined where the Admin API cannot tell: the type is not listed under its
 * own name, or the call is not to be had. Safe to repeat.
 */
export async function exists(site: ArcgisSite, scope: RestCacheScope): Promise<boolean | undefined> {
  if (scope.type !== undefined && !LISTED_TYPES.includes(scope.type)) return undefined;
  const form = { folderName: '', ...given(scope) };
  const { exists: answer } = await site.call({
    path: 'admin/services/exists',
    form,
    reply: existsSchema,
    recover(error) {
      if (error instanceof VendorRejectedError || error instanceof VendorContractError) return {};
      throw error;
    },
  });
  return answer;
}

function given(scope: RestCacheScope): Record<string, string> {
  return Object.fromEntries(Object.entries(scope).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
