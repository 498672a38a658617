import type { TilePlan } from './plan.ts';

/**
 * Why a plan must not run as it is; undefined where it may.
 *
 * @param maxTiles - what the site's settings let pass without a confirmation
 */
export function unconfirmed({ tiles }: Pick<TilePlan, 'tiles'>, confirmTiles: number | undefined, maxTiles: number) {
  if (tiles <= maxTiles || confirmTiles === tiles) return undefined;
  const given = confirmTiles === undefined ? '' : `, which is not the ${confirmTiles} of confirmTiles`;
  return `The plan has ${tiles} tiles${given}; this target takes ${maxTiles} without a confirmation. Give "confirmTiles": ${tiles} if that is what you want.`;
}
