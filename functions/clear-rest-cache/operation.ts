import type { RestCacheScope } from '../../shared/arcgis/admin.ts';
import { clearCache } from '../../shared/arcgis/site-kinds.ts';
import { VendorRejectedError } from '../../shared/errors.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import type { Input } from './input.ts';

export const OPERATION = 'clear-rest-cache';

/** Clears the REST cache of a whole site, of one folder, or of one service and its folder. */
export async function clearRestCacheOperation({ target, dryRun: _, ...scope }: Input, run: Run) {
  const found = await clearCache(await openSite(target, run), scope);
  if (found === false) {
    throw new VendorRejectedError(
      `${nameOf(scope)} does not exist on target "${target}", nothing was cleared. Check folderName, serviceName and type.`,
      { code: 404 },
    );
  }
  const isWhole = Object.keys(scope).length === 0;
  const result = { operation: OPERATION, target, status: 'succeeded' as const, scope: isWhole ? 'all' : scope };
  return found === undefined
    ? { ...result, notes: [`The server could not tell whether ${nameOf(scope)} exists.`] }
    : result;
}

function nameOf({ folderName, serviceName, type }: RestCacheScope): string {
  if (serviceName === undefined) return `folder ${folderName}`;
  return `service ${folderName === undefined ? '' : `${folderName}/`}${serviceName}.${type}`;
}
