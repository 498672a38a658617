import * as targets from '../../shared/targets/read-target.ts';

type Options<R extends (name: string, options: never) => unknown> = Partial<Parameters<R>[1]>;

const secretPrefix = 'cache-ops/';

/** Targets are read as functions read them, under the prefix that tests keep their secrets under. */
export function readArcgisTarget(name: string, options: Options<typeof targets.readArcgisTarget> = {}) {
  return targets.readArcgisTarget(name, { secretPrefix, ...options });
}

/** The same for a MicroStrategy target. */
export function readMicrostrategyTarget(name: string, options: Options<typeof targets.readMicrostrategyTarget> = {}) {
  return targets.readMicrostrategyTarget(name, { secretPrefix, ...options });
}
