import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { parseWithNaN } from '../http/json.ts';
import { listOf } from '../http/list-of.ts';
import { type ServiceName, serviceLabel, servicePath } from './service-name.ts';
import type { ArcgisSite } from './site.ts';
import { type SpatialReference, spatialReferenceSchema } from './spatial-reference.ts';

/** What stands there in another form is not said: a service's document has much that nobody needs. */
export function ifReadable<S extends z.ZodMiniType>(schema: S) {
  return z.catch(z.nullish(schema), undefined);
}

const spatialReference = ifReadable(spatialReferenceSchema);
const number = ifReadable(z.number());
const text = ifReadable(z.string());

/** What is read of a service (pages "Map Service", "Image Service"). */
export const serviceSchema = z.looseObject({
  singleFusedMapCache: z.nullish(z.boolean()),
  cacheType: text,
  storageInfo: ifReadable(z.looseObject({})),
  spatialReference,
  fullExtent: ifReadable(z.looseObject({ spatialReference, xmin: number, ymin: number, xmax: number, ymax: number })),
  tileInfo: z.nullish(
    z.looseObject({
      spatialReference,
      storageFormat: text,
      rows: number,
      cols: number,
      origin: ifReadable(z.looseObject({ x: z.number(), y: z.number() })),
      lods: z.nullish(listOf(z.looseObject({ level: number, scale: z.number(), resolution: number }))),
    }),
  ),
  minLOD: number,
  maxLOD: number,
  minScale: number,
  maxScale: number,
});

export type ServiceDescription = z.output<typeof serviceSchema>;

/**
 * What the server says of a service. Safe to repeat.
 *
 * @throws VendorRejectedError when the server does not know it, VendorBusyError when it is not started
 */
export async function describeService(site: ArcgisSite, service: ServiceName): Promise<ServiceDescription> {
  return await site.call({ path: `rest/services/${servicePath(service)}`, reply: serviceSchema, parse: parseWithNaN });
}

/** A service with a tile cache. Scales are denominators, largest first. */
export interface TileCache {
  /** Every scale of the tiling scheme. */
  scales: number[];
  /** Those for which the service says that it has tiles. */
  cachedScales: number[];
  /** The numbers of the scheme's levels, by their scales. */
  levelNumbers: ReadonlyMap<number, number>;
  spatialReference: SpatialReference | undefined;
  /** What the caller should know of the cache. */
  notes: string[];
}

/**
 * The tile cache of a service: a tiling scheme, and a word that tiles are stored by it.
 *
 * @throws InvalidInputError when it has none
 */
export function tileCacheOf(description: ServiceDescription, service: ServiceName): TileCache {
  const { tileInfo, singleFusedMapCache, storageInfo, fullExtent } = description;
  const levels = (tileInfo?.lods ?? []).toSorted((one, other) => other.scale - one.scale);
  const isImageCache = !['', 'none'].includes(description.cacheType?.trim().toLowerCase() ?? '');
  const isVector = service.type === 'VectorTileServer';
  const isStored = isVector || Boolean(tileInfo?.storageFormat) || Object.keys(storageInfo ?? {}).length > 0;
  if (levels.length === 0 || !(singleFusedMapCache || isImageCache || isStored)) {
    throw new InvalidInputError(
      `inputService: ${serviceLabel(service)} has no tile cache, nothing was submitted. Name a service that has one.`,
    );
  }
  const isDrawnFromIt = singleFusedMapCache || isImageCache || isVector;
  return {
    scales: scalesOf(levels),
    cachedScales: scalesOf(levels.filter(isCachedBy(description, levels))),
    levelNumbers: new Map(levels.flatMap(({ scale, level }) => (typeof level === 'number' ? [[scale, level]] : []))),
    spatialReference:
      tileInfo?.spatialReference ?? description.spatialReference ?? fullExtent?.spatialReference ?? undefined,
    notes: isDrawnFromIt ? [] : [`${serviceLabel(service)} has a tile cache and is not drawn from it now.`],
  };
}

type Level = { level?: number | null | undefined; scale: number };

function scalesOf(levels: Level[]): number[] {
  return [...new Set(levels.map(({ scale }) => scale))];
}

/** Servers round the scales of a range; two levels of one scheme are further apart. */
const ROUNDING = 0.01;

/** Which levels have tiles: those from `minLOD` to `maxLOD`, else those within the range of scales, where 0 is no limit. */
function isCachedBy({ minLOD, maxLOD, minScale, maxScale }: ServiceDescription, levels: Level[]) {
  const hasLevels = typeof (minLOD ?? maxLOD) === 'number' && levels.every(({ level }) => typeof level === 'number');
  if (hasLevels)
    return ({ level }: Level) =>
      Number(level) >= (minLOD ?? 0) && Number(level) <= (maxLOD ?? Number.POSITIVE_INFINITY);
  const most = (minScale || Number.POSITIVE_INFINITY) * (1 + ROUNDING);
  const least = (maxScale || 0) * (1 - ROUNDING);
  return ({ scale }: Level) => scale >= least && scale <= most;
}

const SAME_SCALE = 1e-9;
const MAX_NAMED = 100;

/**
 * The wanted scales as the service itself writes them, largest denominator first: `ALL` are the cached ones, by number
 * any of the scheme.
 *
 * @throws InvalidInputError naming the scales that exist
 */
export function chooseScales(wanted: number[] | 'ALL', { scales, cachedScales }: TileCache): number[] {
  const named = scales.slice(0, MAX_NAMED).join(', ');
  if (wanted === 'ALL' && cachedScales.length > 0) return cachedScales;
  if (wanted === 'ALL') {
    throw new InvalidInputError(
      `scales: the service says that none of its scales is cached, nothing was submitted. Name scales: it has ${named}.`,
    );
  }
  const unknown = wanted.filter((scale) => !scales.some((each) => isSameScale(each, scale)));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      `scales: ${unknown.slice(0, 20).join(', ')} not in the service's tiling scheme, nothing was submitted. Its scales are ${named}.`,
    );
  }
  return scales.filter((each) => wanted.some((scale) => isSameScale(each, scale)));
}

function isSameScale(one: number, other: number): boolean {
  return Math.abs(one - other) <= SAME_SCALE * one;
}
