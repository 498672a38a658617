import * as z from 'zod/mini';
import { CacheOpsError, InvalidInputError } from '../errors.ts';
import { parseWithNaN } from '../http/json.ts';
import { listOf } from '../http/list-of.ts';
import { ifReadable } from './map-service.ts';
import { type ServiceName, serviceLabel, servicePath } from './service-name.ts';
import type { ArcgisSite } from './site.ts';
import { type SpatialReference, sameSpatialReference, spatialReferenceSchema } from './spatial-reference.ts';
import type { Extent } from './update-extent.ts';

const extentSchema = z.looseObject({
  xmin: z.number(),
  ymin: z.number(),
  xmax: z.number(),
  ymax: z.number(),
  spatialReference: ifReadable(spatialReferenceSchema),
});

/** An extent without numbers (`NaN`, as a number or as text) is that of a layer without features. */
const layerSchema = z.looseObject({
  id: z.number(),
  name: z.catch(z.string(), ''),
  subLayers: z.catch(z.nullish(z.array(z.looseObject({ id: z.number() }))), undefined),
  subLayerIds: z.catch(z.nullish(z.array(z.number())), undefined),
  extent: ifReadable(extentSchema),
});

const listSchema = z.looseObject({ layers: listOf(layerSchema) });
const wholeSchema = z.looseObject({
  layers: z.catch(z.nullish(listOf(layerSchema)), undefined),
  fullExtent: ifReadable(extentSchema),
});

type Layer = z.output<typeof layerSchema>;

/** A service, what it says of itself, and the reference of its tiles. */
interface LayeredService {
  service: ServiceName;
  description: unknown;
  reference: SpatialReference | undefined;
}

/** A rectangle that the layers tell, in the service's reference, and what the caller should know of it. */
export interface LayerExtent {
  extent: Extent;
  notes: string[];
}

/**
 * The extent that a word of the caching tool means (its page, `update_extent`): `MAXOF` the full extent of all layers,
 * `MINOF` what all have in common, else that of the layer of this name. Safe to repeat.
 *
 * @throws InvalidInputError where the layers tell none, and the Vendor… errors
 */
export async function extentOfLayers(
  site: ArcgisSite,
  { service, description, reference }: LayeredService,
  named: string,
): Promise<LayerExtent> {
  const layers = await readLayers(site, service, description);
  const isWord = named === 'MAXOF' || named === 'MINOF';
  const meant = isWord
    ? layers.filter((layer) => subLayersOf(layer).length === 0)
    : layersNamed(named, layers, service);
  const told = meant.filter(({ extent }) => extent);
  const [first, ...others] = told.map((layer) => inReference(layer, reference));
  if (first === undefined) {
    const which = isWord ? `no layer of ${serviceLabel(service)}` : `${quoted(named)}`;
    throw refused(`${which} has ${isWord ? 'an' : 'no'} extent, as layers without features have none`);
  }
  const extent = named === 'MINOF' ? others.reduce(common, first) : others.reduce(around, first);
  if (extent.xmin >= extent.xmax || extent.ymin >= extent.ymax) {
    throw refused(
      named === 'MINOF'
        ? 'the layers have no area in common'
        : `the extent of ${quoted(named)} encloses no area (one point or one line)`,
    );
  }
  const without = meant.filter((layer) => !layer.extent).map(({ name }) => quoted(name));
  const { xmin, ymin, xmax, ymax } = extent;
  return {
    extent,
    notes: [
      `updateExtent ${quoted(named)} is ${[xmin, ymin, xmax, ymax].join(' ')} by the service's layers.`,
      ...(without.length === 0 ? [] : [`Without an extent, and so not looked at: ${listed(without)}.`]),
    ],
  };
}

/** All layers at once; where that is not to be had, or too large, those that the service names, one by one. */
async function readLayers(site: ArcgisSite, service: ServiceName, description: unknown): Promise<Layer[]> {
  const path = `rest/services/${servicePath(service)}`;
  const whole = wholeSchema.parse(description);
  const own = { id: 0, name: service.name, extent: whole.fullExtent };
  // An image service and a vector tile layer are one layer.
  if (!whole.layers?.length) return [own];
  try {
    return (await site.call({ path: `${path}/layers`, reply: listSchema, parse: parseWithNaN })).layers;
  } catch (error) {
    if (!(error instanceof CacheOpsError) || !/^Vendor(Rejected|Contract)/.test(error.name)) throw error;
  }
  const layers: Layer[] = [];
  for (const { id, name, ...listed } of whole.layers) {
    const layer = await site.call({ path: `${path}/${id}`, reply: layerSchema, parse: parseWithNaN });
    layers.push({ ...listed, ...layer, name });
  }
  return layers;
}

/** The one layer of this name, or what is in a group without an extent of its own. */
function layersNamed(named: string, layers: Layer[], service: ServiceName): Layer[] {
  const [layer, ...others] = layers.filter(({ name }) => name.normalize('NFC') === named);
  if (layer === undefined) {
    const names = listed(layers.map(({ name }) => quoted(name)));
    throw refused(`${serviceLabel(service)} has no layer ${quoted(named)}; its layers are ${names}`);
  }
  if (others.length > 0) {
    const ids = [layer, ...others].map(({ id }) => id).join(', ');
    throw refused(`the layers with the ids ${ids} are all named ${quoted(named)}. Give the rectangle itself`);
  }
  return layer.extent ? [layer] : partsOf(layer, layers);
}

/** A layer's own parts, down to those without parts. A group that names itself as its part is gone through once. */
function partsOf(layer: Layer, layers: Layer[]): Layer[] {
  const parts = [layer];
  for (const part of parts) {
    const ids = subLayersOf(part);
    parts.push(...layers.filter((each) => ids.includes(each.id) && !parts.includes(each)));
  }
  return parts.filter((part) => subLayersOf(part).length === 0);
}

function subLayersOf({ subLayers, subLayerIds }: Layer): number[] {
  return subLayers?.map(({ id }) => id) ?? subLayerIds ?? [];
}

function inReference({ name, extent }: Layer, reference: SpatialReference | undefined): Extent {
  const { xmin = 0, ymin = 0, xmax = 0, ymax = 0, spatialReference } = extent ?? {};
  if (!spatialReference || !reference || sameSpatialReference(spatialReference, reference)) {
    return { xmin, ymin, xmax, ymax };
  }
  throw refused(
    `the extent of layer ${quoted(name)} is in another spatial reference, ${JSON.stringify(spatialReference).slice(0, 300)}, than the service's tiles`,
  );
}

function around(one: Extent, other: Extent): Extent {
  return {
    xmin: Math.min(one.xmin, other.xmin),
    ymin: Math.min(one.ymin, other.ymin),
    xmax: Math.max(one.xmax, other.xmax),
    ymax: Math.max(one.ymax, other.ymax),
  };
}

function common(one: Extent, other: Extent): Extent {
  return {
    xmin: Math.max(one.xmin, other.xmin),
    ymin: Math.max(one.ymin, other.ymin),
    xmax: Math.min(one.xmax, other.xmax),
    ymax: Math.min(one.ymax, other.ymax),
  };
}

const MAX_NAMED = 50;

function listed(names: string[]): string {
  const more = names.length - MAX_NAMED;
  return `${names.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function quoted(name: string): string {
  return `"${name.slice(0, 100)}"`;
}

function refused(reason: string): InvalidInputError {
  return new InvalidInputError(`updateExtent: ${reason}; nothing was submitted.`);
}
