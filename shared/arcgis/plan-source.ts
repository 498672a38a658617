import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { planOf, type TilePlan, type Unit } from '../tiles/plan.ts';
import type { TileScheme } from '../tiles/scheme.ts';
import { type PolygonFeatureSet, rectangle, rectangles } from './polygons.ts';
import { spatialReferenceSchema } from './spatial-reference.ts';
import { areaInScheme } from './tile-scheme.ts';

const extentSchema = z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() });

/**
 * What a plan is made from, as it is kept while it runs. An area of interest is not in it: it stands in the input. Each
 * unit is computed from it, so that a service whose data grow meanwhile has the same units.
 */
export const planSourceSchema = z.object({
  scheme: z.object({
    origin: z.object({ x: z.number(), y: z.number() }),
    rows: z.number(),
    cols: z.number(),
    levels: z.array(z.object({ level: z.number(), scale: z.number(), resolution: z.number() })),
    extent: z.optional(extentSchema),
  }),
  /** Of the cache. */
  reference: z.optional(spatialReferenceSchema),
  /** As the service writes them. */
  scales: z.array(z.number()),
  maxTilesPerJob: z.optional(z.number()),
  /** The area, where it is a rectangle in map units. */
  extent: z.optional(extentSchema),
});

export type PlanSource = z.output<typeof planSourceSchema>;

/** An area that touches no tile. */
export class NoTileError extends InvalidInputError {}

/**
 * The plan, the same whenever it is made.
 *
 * @throws InvalidInputError when the area is in a reference that cannot be converted, and when it touches no tile
 */
export function planFrom(source: PlanSource, areaOfInterest: PolygonFeatureSet | undefined): TilePlan {
  const { scheme, reference, scales, maxTilesPerJob, extent } = source;
  const area = areaOfInterest ?? (extent && rectangle(extent, reference));
  const plan = planOf({ scheme, scales, area: area && areaInScheme(area, reference), maxTilesPerJob });
  if (plan.tiles > 0) return plan;
  throw new NoTileError(
    `${area === undefined ? 'scales' : 'areaOfInterest'}: no tile is touched at these scales inside the service's full extent (${JSON.stringify(scheme.extent) ?? 'not told'}), nothing was done. Check the area and its spatial reference.`,
  );
}

/** What is sent for one unit in the place of the whole area and of all scales. */
export function unitParameters({ scales, rectangles: areas }: Unit, { reference }: Pick<PlanSource, 'reference'>) {
  return { levels: scales.join(';'), area_of_interest: JSON.stringify(rectangles(areas, reference)) };
}

/** Whether both cut the map into the same tiles. Where a service has data may change: its tiles do not. */
export function haveSameTiles(one: TileScheme, other: TileScheme): boolean {
  const tiles = ({ origin: { x, y }, rows, cols, levels }: TileScheme) =>
    JSON.stringify([x, y, rows, cols, levels.map(({ level, scale, resolution }) => [level, scale, resolution])]);
  return tiles(one) === tiles(other);
}
