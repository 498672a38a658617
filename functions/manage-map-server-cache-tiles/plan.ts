import type { ServiceDescription, TileCache } from '../../shared/arcgis/map-service.ts';
import { haveSameTiles, type PlanSource, planFrom, unitParameters } from '../../shared/arcgis/plan-source.ts';
import type { PolygonFeatureSet } from '../../shared/arcgis/polygons.ts';
import { tileSchemeOf } from '../../shared/arcgis/tile-scheme.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { PlanFigures, TilePlan } from '../../shared/tiles/plan.ts';
import type { Input } from './input.ts';

/** What a plan of tiles is made from. */
export interface Planned {
  input: Pick<Input, 'plan' | 'areaOfInterest'>;
  description: ServiceDescription;
  cache: TileCache;
  /** As the service writes them. */
  scales: number[];
  area: PolygonFeatureSet | undefined;
}

/**
 * What the service and an input say of a plan.
 *
 * @throws InvalidInputError when the service does not tell what a plan needs
 */
export function planSourceOf({ input, description, cache, scales, area }: Planned): PlanSource {
  const scheme = tileSchemeOf(description);
  if (scheme !== undefined && (area !== undefined || scheme.extent !== undefined)) {
    const { origin, levels, ...others } = scheme;
    return {
      scheme: { ...others, origin: { x: origin.x, y: origin.y }, levels: [...levels] },
      reference: cache.spatialReference,
      scales,
      maxTilesPerJob: input.plan?.maxTilesPerJob,
      extent: input.areaOfInterest === undefined ? area && rectangleOf(area) : undefined,
    };
  }
  throw new InvalidInputError(
    `plan: the service does not tell ${scheme === undefined ? 'all of its tiling scheme (tileInfo: rows, cols, origin, and the resolution of each level)' : 'its full extent'}, so its tiles cannot be counted; nothing was done. Start it ${scheme === undefined ? 'without plan' : 'with an areaOfInterest or an updateExtent'}.`,
  );
}

/** What an extent was made into: a rectangle in map units. */
function rectangleOf({ features }: PolygonFeatureSet): PlanSource['extent'] {
  const points = features.flatMap(({ geometry }) => geometry.rings.flat());
  const xs = points.map(([x = 0]) => x);
  const ys = points.map(([, y = 0]) => y);
  return { xmin: Math.min(...xs), ymin: Math.min(...ys), xmax: Math.max(...xs), ymax: Math.max(...ys) };
}

/** The plan of an input, the same whenever it is made. */
export function tilePlanOf(planned: Planned): TilePlan {
  return planFrom(planSourceOf(planned), planned.input.areaOfInterest && planned.area);
}

/** How many tiles an input is about; undefined where the service does not tell enough, or the area cannot be converted. */
export function countOfTiles(planned: Planned): number | undefined {
  try {
    return tilePlanOf(planned).tiles;
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

/**
 * What is sent for unit number `n` of a plan.
 *
 * @throws InvalidInputError when the service is not cut into the tiles of the plan any more
 */
export function parametersOfUnit(
  { n, source }: { n: number; source: PlanSource },
  description: ServiceDescription,
  area: PolygonFeatureSet | undefined,
): Record<string, string> {
  const scheme = tileSchemeOf(description);
  if (scheme === undefined || !haveSameTiles(scheme, source.scheme)) {
    throw new InvalidInputError(
      "The service's tiling scheme is not the one that the plan was made from, so its units are not these tiles any more. Start a new plan.",
    );
  }
  return unitParameters(planFrom(source, area).unit(n), source);
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
