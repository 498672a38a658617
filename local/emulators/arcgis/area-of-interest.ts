import { z } from 'zod';
import { type Area, type Extent, extentArea, type Ring, webMercator } from './geometry.ts';
import { badParameter } from './gp-task.ts';

const WGS_84_WKID = 4326;
const WEB_MERCATOR_WKIDS = [3857, 102100, 102113, 900913];

const referenceSchema = z.object({ wkid: z.number().optional(), latestWkid: z.number().optional() });
const pointSchema = z.tuple([z.number(), z.number()], z.number());
const featureSetSchema = z.object({
  geometryType: z.literal('esriGeometryPolygon').optional(),
  spatialReference: referenceSchema.optional(),
  features: z
    .array(
      z.object({
        geometry: z.object({
          rings: z.array(z.array(pointSchema).min(3)).min(1),
          spatialReference: referenceSchema.optional(),
        }),
      }),
    )
    .min(1),
});

/** An `area_of_interest` in the map's own metres; only polygon feature sets are taken. */
export function readAreaOfInterest(text: string): Area {
  const parsed = featureSetSchema.safeParse(parse(text));
  if (!parsed.success) throw badParameter("'area_of_interest' is not a polygon FeatureSet.");
  const { features, spatialReference } = parsed.data;
  return features.map(({ geometry }) => {
    const project = projection(geometry.spatialReference ?? spatialReference);
    return geometry.rings.map((ring): Ring => ring.map(([x, y]) => project([x, y])));
  });
}

/** A `constraining_extent`: `DEFAULT`, or four numbers between spaces or semicolons. */
export function readConstrainingExtent(text: string): Area | undefined {
  if (text.toUpperCase() === 'DEFAULT') return undefined;
  const [xmin, ymin, xmax, ymax, ...more] = text
    .trim()
    .split(/[\s;]+/)
    .map(Number);
  const extent: Extent = { xmin: xmin ?? NaN, ymin: ymin ?? NaN, xmax: xmax ?? NaN, ymax: ymax ?? NaN };
  const usable = Object.values(extent).every(Number.isFinite) && extent.xmin < extent.xmax && extent.ymin < extent.ymax;
  if (!usable || more.length > 0) throw badParameter("'constraining_extent' is not an extent.");
  return extentArea(extent);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter("'area_of_interest' is not JSON.");
  }
}

function projection(reference: z.infer<typeof referenceSchema> | undefined): (point: Ring[number]) => Ring[number] {
  const wkid = reference?.latestWkid ?? reference?.wkid;
  if (wkid === undefined || WEB_MERCATOR_WKIDS.includes(wkid)) return (point) => point;
  if (wkid !== WGS_84_WKID)
    throw badParameter(`'area_of_interest' has the spatial reference ${wkid}, which is not supported.`);
  return (point) => {
    if (Math.abs(point[0]) > 360 || Math.abs(point[1]) > 90)
      throw badParameter("'area_of_interest' is not in degrees.");
    return webMercator(point);
  };
}
