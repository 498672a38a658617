import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import type { RestCacheScope } from './admin.ts';
import { isDone } from './hosted-words.ts';
import { adminPathOf, type ServiceName } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

const doneSchema = z.looseObject({}).check(z.refine(isDone, 'must say that it succeeded'));

/** Clears the web server's cache of a hosted service (Esri's Python client 2.4.4: `refresh`). Safe to repeat. */
export async function refreshHosted(site: ArcgisSite, service: ServiceName): Promise<void> {
  const path = `${adminPathOf(service)}/refresh`;
  await site.call({ path, method: 'GET', reply: doneSchema, answerInDryRun: { success: true } });
}

/**
 * The same for what `clear-rest-cache` names.
 *
 * @throws InvalidInputError without a service: there is no cache of the whole site
 */
export async function clearHosted(
  site: ArcgisSite,
  { folderName: folder, serviceName: name, type }: RestCacheScope,
): Promise<void> {
  if (name === undefined || type === undefined) {
    throw new InvalidInputError(
      'serviceName, type: are missing, nothing was cleared. The target is hosted, where each service has a cache of its own: name one.',
    );
  }
  await refreshHosted(site, { folder, name, type });
}

const REASONS = {
  areaOfInterest: 'tiles of a hosted service are made in a rectangle only: give updateExtent',
  plan: 'the vendor itself cuts the job of a hosted service into tasks',
  numOfCachingServiceInstances: "the vendor's own machines make the tiles of a hosted service",
};

/**
 * What a hosted service cannot do of what the caching tool can.
 *
 * @throws InvalidInputError with a reason for each key
 */
export function refuseForHosted(input: { updateMode: string } & { [K in keyof typeof REASONS]?: unknown }): void {
  const unfit = Object.entries({ ...input }).flatMap(([key, value]) =>
    value === undefined || !isReason(key) ? [] : [`${key}: ${REASONS[key]}`],
  );
  if (input.updateMode === 'RECREATE_EMPTY_TILES') {
    unfit.unshift('updateMode: RECREATE_EMPTY_TILES is not available for hosted services; use RECREATE_ALL_TILES');
  }
  if (unfit.length === 0) return;
  throw new InvalidInputError(`The target is hosted, nothing was submitted: ${unfit.join('; ')}.`);
}

function isReason(key: string): key is keyof typeof REASONS {
  return Object.hasOwn(REASONS, key);
}
