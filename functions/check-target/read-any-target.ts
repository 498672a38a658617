import { InvalidSecretError } from '../../shared/errors.ts';
import { targetOptions } from '../../shared/lambda/target-options.ts';
import { nearKeyProblems } from '../../shared/targets/near-keys.ts';
import { readArcgisTarget, readJson, readMicrostrategyTarget, readSecret } from '../../shared/targets/read-target.ts';

/** What a target's secret holds, by its vendor. */
export type AnyTarget =
  | { vendor: 'arcgis'; target: Awaited<ReturnType<typeof readArcgisTarget>> }
  | { vendor: 'microstrategy'; target: Awaited<ReturnType<typeof readMicrostrategyTarget>> };

/**
 * Reads the secret as it is now, whoever's server it is for.
 *
 * @throws UnknownTargetError, InvalidSecretError, AwsUnavailableError
 */
export async function readAnyTarget(name: string): Promise<AnyTarget> {
  const options = { ...targetOptions(), fresh: true };
  const secretId = `${options.secretPrefix}${name}`;
  const { secretText } = await readSecret(name, secretId);
  const secret = readJson(secretText, secretId);
  const { vendor } = secret;
  if (vendor === 'arcgis') return { vendor, target: await readArcgisTarget(name, options) };
  if (vendor === 'microstrategy') return { vendor, target: await readMicrostrategyTarget(name, options) };
  const mistyped = nearKeyProblems(Object.keys(secret), ['vendor']).map(({ key, problem }) => ` ${key}: ${problem}`);
  throw new InvalidSecretError(
    `Secret ${secretId} does not fit: vendor must be arcgis or microstrategy.${mistyped.join('')}`,
  );
}
