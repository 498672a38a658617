import type { ArcgisRequest } from './arcgis-request.ts';
import { CURRENT_VERSION, folderNames, isRunning, type Service, type ServiceLayer, serviceId } from './catalogue.ts';
import { gpResource } from './gp-resources.ts';
import { queryMosaic } from './mosaic.ts';
import { invalidUrl, json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';
import { tilePicture } from './tile-picture.ts';
import { tileInfo, WEB_MERCATOR } from './tile-scheme.ts';
import type { User } from './tokens.ts';

const SERVICE_TYPES = ['MapServer', 'ImageServer', 'VectorTileServer', 'FeatureServer', 'SceneServer', 'GPServer'];

const LAYERED_TYPES = ['MapServer', 'FeatureServer'];

/** Everything below `<site>/rest/services`. */
export function serviceResource(site: Site, request: ArcgisRequest, segments: string[], user: User): Reply {
  const typeAt = segments.findIndex((segment, index) => index > 0 && SERVICE_TYPES.includes(segment));
  if (typeAt < 0) return catalogue(site, segments, user);
  const [name = '', folder = '', ...tooMany] = segments.slice(0, typeAt).reverse();
  const type = segments[typeAt] ?? '';
  const service = site.services.get(serviceId({ folder, name, type }));
  const path = segments.slice(0, typeAt + 1).join('/');
  if (!service || tooMany.length > 0) throw unknownService(site, path);
  if (!isRunning(service, site.now())) {
    const text = `Could not find a service with the name ${path} in the configured clusters. Service may be stopped or still starting.`;
    throw new Refusal(500, text);
  }
  const rest = segments.slice(typeAt + 1);
  if (type === 'GPServer') return gpResource(site, service, request, rest, user);
  const [child = '', ...place] = rest;
  if (child === '') return json(serviceJson(service));
  if (LAYERED_TYPES.includes(type) && place.length === 0) return layers(service, child);
  if (type === 'ImageServer' && child === 'query' && place.length === 0) return queryMosaic(service, request);
  return tile(site, service, rest);
}

function catalogue({ services }: Site, segments: string[], user: User): Reply {
  const [folder = '', ...more] = segments;
  if (more.length > 0) throw invalidUrl();
  const folders = folderNames(services);
  if (folder && !folders.includes(folder))
    throw new Refusal(404, 'Folder not found', [`Folder '${folder}' not found.`]);
  const listed = [...services.values()].filter((service) => service.folder === folder && service.started);
  return json({
    currentVersion: CURRENT_VERSION,
    folders: folder ? [] : folders.filter((name) => name !== 'System' || user.role !== 'viewer'),
    services: listed.map(({ name, type }) => ({ name: folder ? `${folder}/${name}` : name, type })),
  });
}

function unknownService({ unknownServiceCode }: Site, path: string): Refusal {
  return new Refusal(unknownServiceCode, `Service ${path} not found`);
}

/** What a service says of itself. */
export function serviceJson(service: Service): object {
  const { name, type, extent, scheme } = service;
  const fullExtent = { ...extent, spatialReference: WEB_MERCATOR };
  const common = {
    currentVersion: CURRENT_VERSION,
    serviceDescription: '',
    spatialReference: WEB_MERCATOR,
    fullExtent,
  };
  const cache = { singleFusedMapCache: scheme !== undefined, ...(scheme && { tileInfo: tileInfo(scheme) }) };
  const layers = service.layers.map((layer) => layerSummary(layer, service));
  if (type === 'FeatureServer') return { ...common, capabilities: 'Query', layers, tables: [] };
  if (type === 'VectorTileServer')
    return {
      ...common,
      name,
      capabilities: 'TilesOnly',
      type: 'indexedVector',
      ...(scheme && { tileInfo: tileInfo(scheme) }),
    };
  if (type === 'ImageServer')
    return { ...common, ...cache, name, extent: fullExtent, bandCount: 3, capabilities: imageCapabilities(service) };
  return {
    ...common,
    ...cache,
    mapName: name,
    initialExtent: fullExtent,
    units: 'esriMeters',
    capabilities: 'Map,Query,Data',
    layers,
    tables: [],
  };
}

function imageCapabilities({ mosaic }: Service): string {
  return mosaic === undefined ? 'Image,Metadata' : 'Image,Metadata,Catalog,Mensuration';
}

function parentOf({ id }: ServiceLayer, { layers }: Service): ServiceLayer | undefined {
  return layers.find(({ subLayers }) => subLayers?.includes(id));
}

function layerSummary(layer: ServiceLayer, service: Service): object {
  const { id, name, subLayers } = layer;
  return { id, name, parentLayerId: parentOf(layer, service)?.id ?? -1, subLayerIds: subLayers ?? null };
}

/** `<service>/layers` and `<service>/<id>`. */
function layers(service: Service, child: string): Reply {
  if (child === 'layers') {
    return json({ layers: service.layers.map((layer) => layerJson(layer, service)), tables: [] });
  }
  const layer = service.layers.find(({ id }) => String(id) === child);
  if (!layer) throw invalidUrl();
  return json(layerJson(layer, service));
}

/** The extent of a layer without features has no numbers. */
const NO_EXTENT = { xmin: 'NaN', ymin: 'NaN', xmax: 'NaN', ymax: 'NaN' };

function layerJson(layer: ServiceLayer, service: Service): object {
  const { id, name, subLayers = [], extent = NO_EXTENT } = layer;
  const nameOf = (wanted: number) => service.layers.find((each) => each.id === wanted)?.name ?? '';
  const parent = parentOf(layer, service);
  return {
    currentVersion: CURRENT_VERSION,
    id,
    name,
    type: subLayers.length > 0 ? 'Group Layer' : 'Feature Layer',
    description: '',
    ...(subLayers.length === 0 && { geometryType: 'esriGeometryPolygon' }),
    parentLayer: parent ? { id: parent.id, name: parent.name } : null,
    subLayers: subLayers.map((each) => ({ id: each, name: nameOf(each) })),
    extent: { spatialReference: WEB_MERCATOR, ...extent },
    objectIdField: 'OBJECTID',
    fields: [{ name: 'OBJECTID', type: 'esriFieldTypeOID', alias: 'OBJECTID', domain: null }],
    capabilities: service.type === 'FeatureServer' ? 'Query' : 'Map,Query,Data',
  };
}

function tile(site: Site, service: Service, rest: string[]): Reply {
  const [kind, ...place] = rest;
  const [level = NaN, row = NaN, col = NaN] = place.map((text) =>
    /^\d+(\.pbf)?$/.test(text) ? Number.parseInt(text, 10) : NaN,
  );
  if (kind !== 'tile' || place.length !== 3 || service.type === 'FeatureServer') throw invalidUrl();
  const stored = site.tiles.get(serviceId(service), { level, row, col });
  if (!stored) return { kind: 'raw', status: 404, headers: { 'content-type': 'text/html' }, body: 'Tile not found' };
  const headers = {
    'content-type': 'image/png',
    'last-modified': new Date(stored.madeAt).toUTCString(),
    etag: `"${level}-${row}-${col}-${stored.madeAt.toString(36)}"`,
    'cache-control': `max-age=${service.cacheControlMaxAge}`,
  };
  return { kind: 'raw', status: 200, headers, body: tilePicture(stored.madeAt) };
}
