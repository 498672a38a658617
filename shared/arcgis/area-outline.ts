import * as z from 'zod/mini';
import { sameSpatialReference } from './spatial-reference.ts';

const referenceSchema = z.object({ wkid: z.optional(z.int()), latestWkid: z.optional(z.int()) });

/**
 * What tells one area from another, however a server writes it again: with its rings in another order, started elsewhere
 * or wound the other way, with attributes, or with coordinates rounded to its own resolution. Small, whatever the area.
 */
const outlineSchema = z.object({
  xmin: z.number(),
  ymin: z.number(),
  xmax: z.number(),
  ymax: z.number(),
  /** By all rings together, those of holes added too, in square map units. */
  enclosed: z.number(),
  /** None: not told, for example the service's own. */
  spatialReference: z.optional(referenceSchema),
});

type Outline = z.output<typeof outlineSchema>;

const tolerantReferenceSchema = z.catch(z.nullish(referenceSchema), undefined);
const ringSchema = z.array(z.tuple([z.number(), z.number()], z.unknown()));
const featureSetSchema = z.looseObject({
  // A part of an area is another area.
  exceededTransferLimit: z.nullish(z.literal(false)),
  spatialReference: tolerantReferenceSchema,
  features: z.array(
    z.looseObject({
      geometry: z.looseObject({ spatialReference: tolerantReferenceSchema, rings: z.array(ringSchema) }),
    }),
  ),
});

/** The outline of a polygon FeatureSet, or of what is one already, as JSON; undefined for anything else. */
export function outlineText(area: unknown): string | undefined {
  const outline = outlineOf(area);
  return outline === undefined ? undefined : JSON.stringify(outline);
}

/** The rectangle around an area, which is a FeatureSet or an outline; undefined for anything else. */
export function boundsOfArea(area: unknown): Pick<Outline, 'xmin' | 'ymin' | 'xmax' | 'ymax'> | undefined {
  const { xmin, ymin, xmax, ymax } = outlineOf(area) ?? {};
  return xmin === undefined || ymin === undefined || xmax === undefined || ymax === undefined
    ? undefined
    : { xmin, ymin, xmax, ymax };
}

/** Whether two areas, each a FeatureSet or an outline, are one; undefined where that cannot be told. */
export function isSameArea(one: unknown, other: unknown): boolean | undefined {
  const [first, second] = [outlineOf(one), outlineOf(other)];
  if (first === undefined || second === undefined) return undefined;
  const references = [first.spatialReference, second.spatialReference].filter((each) => each !== undefined);
  const [reference, otherReference] = references;
  if (reference && otherReference && !sameSpatialReference(reference, otherReference)) return undefined;
  const { xmin, ymin, xmax, ymax } = first;
  const [width, height] = [xmax - xmin, ymax - ymin];
  // About the resolution that geodatabases keep: a nanodegree, a tenth of a millimetre of a local grid.
  const near = 1e-9 * Math.max(...[xmin, ymin, xmax, ymax].map(Math.abs), width, height);
  const isNear = (key: 'xmin' | 'ymin' | 'xmax' | 'ymax') => Math.abs(first[key] - second[key]) <= near;
  const nearArea = 4 * near * (width + height) + 1e-6 * width * height;
  const hasSameEdges = isNear('xmin') && isNear('ymin') && isNear('xmax') && isNear('ymax');
  return hasSameEdges && Math.abs(first.enclosed - second.enclosed) <= nearArea;
}

function outlineOf(area: unknown): Outline | undefined {
  const value = typeof area === 'string' ? parseJson(area) : area;
  const outline = outlineSchema.safeParse(value);
  if (outline.success) return outline.data;
  const featureSet = featureSetSchema.safeParse(value);
  if (!featureSet.success) return undefined;
  const { features, spatialReference } = featureSet.data;
  const rings = features.flatMap(({ geometry }) => geometry.rings);
  const reference = spatialReference ?? features[0]?.geometry.spatialReference ?? undefined;
  const hasId = reference?.wkid !== undefined || reference?.latestWkid !== undefined;
  const bounds = boundsOf(rings.flat());
  if (bounds === undefined) return undefined;
  const enclosed = rings.reduce((sum, ring) => sum + enclosedBy(ring), 0);
  return { ...bounds, enclosed, ...(hasId ? { spatialReference: reference } : {}) };
}

type Position = z.output<typeof ringSchema>[number];

function boundsOf(positions: Position[]): Pick<Outline, 'xmin' | 'ymin' | 'xmax' | 'ymax'> | undefined {
  const [first] = positions;
  if (first === undefined) return undefined;
  const bounds = { xmin: first[0], ymin: first[1], xmax: first[0], ymax: first[1] };
  for (const [x, y] of positions) {
    bounds.xmin = Math.min(bounds.xmin, x);
    bounds.ymin = Math.min(bounds.ymin, y);
    bounds.xmax = Math.max(bounds.xmax, x);
    bounds.ymax = Math.max(bounds.ymax, y);
  }
  return bounds;
}

/** Around its first point, so that large coordinates do not cost the digits of a small area. */
function enclosedBy(ring: Position[]): number {
  const [x0, y0] = ring[0] ?? [0, 0];
  let doubled = 0;
  for (const [index, [x2, y2]] of ring.entries()) {
    const [x1, y1] = ring[index - 1] ?? [x2, y2];
    doubled += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  }
  return Math.abs(doubled) / 2;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
