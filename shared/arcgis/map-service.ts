import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { type ServiceName, serviceLabel, servicePath } from './service-name.ts';
import type { ArcgisSite } from './site.ts';
import { type SpatialReference, spatialReferenceSchema } from './spatial-reference.ts';

const looseSpatialReference = z.catch(z.nullish(spatialReferenceSchema), undefined);

const serviceSchema = z.looseObject({
  singleFusedMapCache: z.nullish(z.boolean()),
  spatialReference: looseSpatialReference,
  fullExtent: z.nullish(z.looseObject({ spatialReference: looseSpatialReference })),
  tileInfo: z.nullish(
    z.looseObject({ spatialReference: looseSpatialReference, lods: z.array(z.looseObject({ scale: z.number() })) }),
  ),
});

type ServiceDescription = z.output<typeof serviceSchema>;

/**
 * What the server says of a service. Safe to repeat.
 *
 * @throws VendorRejectedError when the server does not know it, VendorBusyError when it is not started
 */
export async function describeService(site: ArcgisSite, service: ServiceName): Promise<ServiceDescription> {
  return await site.call({ path: `rest/services/${servicePath(service)}`, reply: serviceSchema });
}

/** A service with a tile cache: its scales, largest denominator first, and the spatial reference of its tiles. */
export interface TileCache {
  scales: number[];
  spatialReference: SpatialReference | undefined;
}

/**
 * The tile cache of a service.
 *
 * @throws InvalidInputError when it has none
 */
export function tileCacheOf(description: ServiceDescription, service: ServiceName): TileCache {
  const { singleFusedMapCache, tileInfo, spatialReference, fullExtent } = description;
  const scales = (tileInfo?.lods ?? []).map(({ scale }) => scale).sort((one, other) => other - one);
  if (singleFusedMapCache === false || scales.length === 0) {
    throw new InvalidInputError(
      `inputService: ${serviceLabel(service)} has no tile cache, nothing was submitted. Name a service that is drawn from a tile cache.`,
    );
  }
  return {
    scales: [...new Set(scales)],
    spatialReference: tileInfo?.spatialReference ?? spatialReference ?? fullExtent?.spatialReference ?? undefined,
  };
}

const SAME_SCALE = 1e-9;

/**
 * The wanted scales as the service itself writes them, largest denominator first.
 *
 * @throws InvalidInputError naming the scales that exist
 */
export function chooseScales(wanted: number[] | 'ALL', cached: number[]): number[] {
  if (wanted === 'ALL') return cached;
  const unknown = wanted.filter((scale) => !cached.some((each) => isSameScale(each, scale)));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      `scales: ${unknown.slice(0, 20).join(', ')} not cached by the service, nothing was submitted. Its cached scales are ${cached.join(', ')}.`,
    );
  }
  return cached.filter((each) => wanted.some((scale) => isSameScale(each, scale)));
}

function isSameScale(one: number, other: number): boolean {
  return Math.abs(one - other) <= SAME_SCALE * one;
}
