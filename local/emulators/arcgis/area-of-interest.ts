import { z } from 'zod';
import { type Area, extentArea, type Ring, webMercator } from './geometry.ts';
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

const extentSchema = z
  .object({
    xmin: z.number(),
    ymin: z.number(),
    xmax: z.number(),
    ymax: z.number(),
    spatialReference: referenceSchema.optional(),
  })
  .refine(({ xmin, ymin, xmax, ymax }) => xmin < xmax && ymin < ymax);

/** An `area_of_interest` in the map's own metres; only polygon feature sets are taken. */
export function readAreaOfInterest(text: string): Area {
  const parsed = featureSetSchema.safeParse(parse(text, 'area_of_interest'));
  if (!parsed.success) throw badParameter("'area_of_interest' is not a polygon FeatureSet.");
  const { features, spatialReference } = parsed.data;
  return features.map(({ geometry }) => {
    const project = projection(geometry.spatialReference ?? spatialReference, 'area_of_interest');
    return geometry.rings.map((ring): Ring => ring.map(([x, y]) => project([x, y])));
  });
}

/** A `constraining_extent`: `DEFAULT`, JSON, or four numbers between spaces or semicolons. */
export function readConstrainingExtent(text: string): Area | undefined {
  if (text.toUpperCase() === 'DEFAULT') return undefined;
  const parsed = extentSchema.safeParse(text.startsWith('{') ? parse(text, 'constraining_extent') : fourNumbers(text));
  if (!parsed.success) throw badParameter("'constraining_extent' is not an extent.");
  const { xmin, ymin, xmax, ymax, spatialReference } = parsed.data;
  const project = projection(spatialReference, 'constraining_extent');
  const [left, bottom] = project([xmin, ymin]);
  const [right, top] = project([xmax, ymax]);
  return extentArea({ xmin: left, ymin: bottom, xmax: right, ymax: top });
}

function fourNumbers(text: string): unknown {
  const [xmin, ymin, xmax, ymax, ...more] = text
    .trim()
    .split(/[\s;]+/)
    .map(Number);
  return more.length > 0 ? undefined : { xmin, ymin, xmax, ymax };
}

function parse(text: string, parameter: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter(`'${parameter}' is not JSON.`);
  }
}

function projection(
  reference: z.infer<typeof referenceSchema> | undefined,
  parameter: string,
): (point: Ring[number]) => Ring[number] {
  const wkid = reference?.latestWkid ?? reference?.wkid;
  if (wkid === undefined || WEB_MERCATOR_WKIDS.includes(wkid)) return (point) => point;
  if (wkid !== WGS_84_WKID)
    throw badParameter(`'${parameter}' has the spatial reference ${wkid}, which is not supported.`);
  return (point) => {
    if (Math.abs(point[0]) > 360 || Math.abs(point[1]) > 90) throw badParameter(`'${parameter}' is not in degrees.`);
    return webMercator(point);
  };
}
