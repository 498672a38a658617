import { CacheOpsError } from '../../shared/errors.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { NAMES as ARCGIS_NAMES, checkArcgis } from './arcgis.ts';
import { answerOf, type Check, takeSteps } from './checks.ts';
import type { Input } from './input.ts';
import { checkMicrostrategy, NAMES as MICROSTRATEGY_NAMES } from './microstrategy.ts';
import { type AnyTarget, readAnyTarget } from './read-any-target.ts';

export const OPERATION = 'check-target';

/** Whoever waits at a terminal gets an answer by then, whatever the server does. */
const LONGEST_MS = 75_000;

/** What there is to check where the secret does not say whose server it is. */
const COMMON_NAMES = ARCGIS_NAMES.filter((name) => MICROSTRATEGY_NAMES.includes(name));

/**
 * Checks a target from its secret to its services; nothing is changed anywhere. What is wrong is part of the answer,
 * never thrown.
 */
export async function checkTarget({ target: name }: Input, run: Run) {
  const deadline = Math.min(run.deadline, Date.now() + LONGEST_MS);
  const read = await readAnyTarget(name).catch((error: unknown) => {
    if (error instanceof CacheOpsError) return error;
    throw error;
  });
  return answerOf(read instanceof CacheOpsError ? await secretFailed(read) : await checksOf(name, read, deadline));
}

/** What is checked depends on what the secret says. */
async function checksOf(name: string, read: AnyTarget, deadline: number): Promise<Check[]> {
  if (read.vendor === 'microstrategy') return await checkMicrostrategy(name, read.target, deadline);
  return await checkArcgis(name, read.target, deadline);
}

async function secretFailed(error: CacheOpsError): Promise<Check[]> {
  const look = () => Promise.reject(error);
  return await takeSteps(COMMON_NAMES, [{ check: 'secret', needs: [], look }], Number.POSITIVE_INFINITY);
}
