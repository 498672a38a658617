import { ArcgisSite } from '../arcgis/site.ts';
import { InvalidInputError } from '../errors.ts';
import { readArcgisTarget } from '../targets/read-target.ts';
import { targetNameSchema } from '../targets/target-name.ts';
import { log } from './log.ts';
import type { Run } from './operation-handler.ts';

/**
 * The ArcGIS site of a target, not yet signed in to.
 *
 * @throws InvalidInputError, UnknownTargetError, InvalidSecretError
 */
export async function openSite(targetName: string, run: Run): Promise<ArcgisSite> {
  const isName = targetNameSchema.safeParse(targetName).success;
  if (!isName) throw new InvalidInputError('target: must be the name of a target, nothing was done.');
  const read = async (fresh: boolean) => await readArcgisTarget(targetName, { fresh, onUnknownKeys });
  return new ArcgisSite(await read(false), { readAgain: async () => await read(true), deadline: run.deadline });
}

export function onUnknownKeys(secretId: string, keys: string[]): void {
  log('warn', 'the secret has keys that are not known and not used', { secretId, keys });
}
