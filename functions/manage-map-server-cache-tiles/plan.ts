import type { ServiceDescription, TileCache } from '../../shared/arcgis/map-service.ts';
import { type PolygonFeatureSet, rectangles } from '../../shared/arcgis/polygons.ts';
import { areaInScheme, tileSchemeOf } from '../../shared/arcgis/tile-scheme.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { type PlanFigures, planOf, type TilePlan, type Unit } from '../../shared/tiles/plan.ts';
import type { Input } from './input.ts';

/** What a plan of tiles is made from. */
export interface Planned {
  input: Pick<Input, 'plan'>;
  description: ServiceDescription;
  cache: TileCache;
  /** As the service writes them. */
  scales: number[];
  area: PolygonFeatureSet | undefined;
}

/** An area that touches no tile. */
export class NoTileError extends InvalidInputError {}

/**
 * The plan of an input, the same whenever it is made.
 *
 * @throws InvalidInputError when the service does not tell what a plan needs, when the area is in a reference that cannot
 *   be converted, and when it touches no tile
 */
export function tilePlanOf({ input, description, cache, scales, area }: Planned): TilePlan {
  const scheme = tileSchemeOf(description);
  if (scheme === undefined || (area === undefined && scheme.extent === undefined)) {
    throw new InvalidInputError(
      `plan: the service does not tell ${scheme === undefined ? 'all of its tiling scheme (tileInfo: rows, cols, origin, and the resolution of each level)' : 'its full extent'}, so its tiles cannot be counted; nothing was done. Start it ${scheme === undefined ? 'without plan' : 'with an areaOfInterest or an updateExtent'}.`,
    );
  }
  const polygons = area && areaInScheme(area, cache.spatialReference);
  const plan = planOf({ scheme, scales, area: polygons, maxTilesPerJob: input.plan?.maxTilesPerJob });
  if (plan.tiles > 0) return plan;
  throw new NoTileError(
    `${area === undefined ? 'scales' : 'areaOfInterest'}: no tile is touched at these scales inside the service's full extent (${JSON.stringify(scheme.extent) ?? 'not told'}), nothing was done. Check the area and its spatial reference.`,
  );
}

/** What is sent for one unit in the place of the whole area and of all scales. */
export function unitParameters({ scales, rectangles: areas }: Unit, { spatialReference }: TileCache) {
  return { levels: scales.join(';'), area_of_interest: JSON.stringify(rectangles(areas, spatialReference)) };
}

/** As a run has them before its first unit has ended. */
export function figuresOf({ tiles, units, scales }: TilePlan): PlanFigures {
  return { tiles, units, done: 0, failed: 0, scales };
}

/** The same tiles as one job. */
export function asOneJob({ tiles, scales, ...figures }: PlanFigures): PlanFigures {
  const last = scales.findLastIndex((scale) => scale.tiles > 0);
  return {
    ...figures,
    tiles,
    units: 1,
    scales: scales.map((scale, index) => ({ ...scale, units: index === last ? 1 : 0 })),
  };
}

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
