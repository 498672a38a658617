import * as z from 'zod/mini';

/** Esri's spatial reference: a well-known id, or a definition as text. */
export const spatialReferenceSchema = z
  .looseObject({ wkid: z.optional(z.int()), latestWkid: z.optional(z.int()), wkt: z.optional(z.string()) })
  .check(
    z.refine(
      ({ wkid, latestWkid, wkt }) => (wkid ?? latestWkid ?? wkt) !== undefined,
      'must have a wkid (for example {"wkid": 3857}) or a wkt',
    ),
  );

export type SpatialReference = z.output<typeof spatialReferenceSchema>;

/** Whether both name the same one: 102100 and 3857 are one system under its old and its latest id. */
export function sameSpatialReference(one: SpatialReference, other: SpatialReference): boolean {
  const ids = wellKnownIds(one);
  if (ids.length > 0) return wellKnownIds(other).some((id) => ids.includes(id));
  return one.wkt !== undefined && one.wkt === other.wkt;
}

const WEB_MERCATOR = [3857, 102100, 102113, 900913];

function wellKnownIds({ wkid, latestWkid }: SpatialReference): number[] {
  const ids = [wkid, latestWkid].filter((id) => id !== undefined);
  return ids.some((id) => WEB_MERCATOR.includes(id)) ? [...ids, ...WEB_MERCATOR] : ids;
}

export function isWebMercator(reference: SpatialReference): boolean {
  return wellKnownIds(reference).some((id) => WEB_MERCATOR.includes(id));
}

/** Longitudes and latitudes as GPS has them. */
export function isWgs84(reference: SpatialReference): boolean {
  return wellKnownIds(reference).includes(4326);
}
