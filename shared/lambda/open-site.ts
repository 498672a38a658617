import * as z from 'zod/mini';
import { ArcgisSite } from '../arcgis/site.ts';
import { InvalidInputError } from '../errors.ts';
import { readArcgisTarget, versionOf } from '../targets/read-target.ts';
import { targetNameSchema } from '../targets/target-name.ts';
import type { Run } from './operation-handler.ts';
import { targetOptions } from './target-options.ts';

/**
 * The ArcGIS site of a target, not yet signed in to.
 *
 * @throws InvalidInputError, UnknownTargetError, InvalidSecretError
 */
export async function openSite(targetName: string, run: Run): Promise<ArcgisSite> {
  return (await openVersionedSite(targetName, run)).site;
}

/** The same, and which version of the secret the site was given last. */
export async function openVersionedSite(
  targetName: string,
  { deadline, unsent }: Run,
  { fresh = false } = {},
): Promise<{ site: ArcgisSite; secretVersion: () => string }> {
  const isName = z.safeParse(targetNameSchema, targetName).success;
  if (!isName) throw new InvalidInputError('target: must be the name of a target, nothing was done.');
  const options = targetOptions();
  let target = await readArcgisTarget(targetName, { ...options, fresh });
  const readAgain = async () => {
    target = await readArcgisTarget(targetName, { ...options, fresh: true });
    return target;
  };
  return { site: new ArcgisSite(target, { readAgain, deadline, unsent }), secretVersion: () => versionOf(target) };
}
