import { AwsUnavailableError, CacheOpsError, InvalidSecretError, UnknownTargetError } from '../errors.ts';
import { assertVendor, type Vendor } from '../targets/read-target.ts';
import { failureOfTarget, joinResults, resultOfTarget, type TargetResult } from '../targets/results-of-targets.ts';
import { targetOptions } from './target-options.ts';

const AT_ONCE = 5;

/**
 * Refuses a list with a target that has no secret, or that is the other vendor's. A secret that does not fit is the matter of
 * that target alone.
 *
 * @throws UnknownTargetError, InvalidSecretError, AwsUnavailableError, each naming all that is wrong
 */
export async function assertTargets(names: readonly string[], vendor: Vendor): Promise<void> {
  const looked = await Promise.allSettled(names.map((name) => assertVendor(name, vendor, targetOptions())));
  const errors = looked.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  const other = errors.find((error) => !(error instanceof UnknownTargetError || error instanceof InvalidSecretError));
  if (other !== undefined) throw other;
  const [first] = errors.toSorted((one) => (one instanceof UnknownTargetError ? -1 : 1));
  if (first === undefined) return;
  const message = `Nothing was done. ${errors.map((error) => (error instanceof Error ? error.message : '')).join(' ')}`;
  throw first instanceof UnknownTargetError ? new UnknownTargetError(message) : new InvalidSecretError(message);
}

/**
 * A dry run for several targets, some at a time; every one is tried.
 *
 * @throws PartialFailureError with the same results, if any failed
 */
export async function dryRunOfSeveral(
  operation: string,
  names: readonly string[],
  dryRun: (target: string) => Promise<object>,
) {
  const results = new Map<string, TargetResult>();
  const left = names.values();
  const lane = async () => {
    for (const target of left) results.set(target, await resultOf(target, names.length, dryRun));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const joined = joinResults(
    operation,
    names.flatMap((name) => results.get(name) ?? []),
    { isDryRun: true },
  );
  return { ...joined, status: 'planned' };
}

async function resultOf(
  target: string,
  targets: number,
  dryRun: (target: string) => Promise<object>,
): Promise<TargetResult> {
  try {
    return resultOfTarget(target, { status: 'planned', ...(await dryRun(target)) }, targets);
  } catch (error) {
    if (!(error instanceof CacheOpsError) || error instanceof AwsUnavailableError) throw error;
    return failureOfTarget(target, { error: error.name, message: error.message });
  }
}
