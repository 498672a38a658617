import { type Extent, extentArea } from './geometry.ts';
import { type TileScheme, tilesTouching, WORLD, webMercatorScheme } from './tile-scheme.ts';
import type { TileStore } from './tile-store.ts';

/** The kinds of service that the emulator knows. */
type ServiceType = 'MapServer' | 'ImageServer' | 'VectorTileServer' | 'FeatureServer' | 'SceneServer' | 'GPServer';

/** A layer of a service; a group names its parts. */
export interface ServiceLayer {
  id: number;
  name: string;
  /** A layer without features has none. In the map's reference, unless it says another. */
  extent?: Extent & { spatialReference?: object };
  subLayers?: number[];
}

/** One raster of the mosaic behind an image service. */
interface MosaicRaster {
  name: string;
  extent: Extent;
}

/** One service of the site; tests may change it while the server runs. */
export interface Service {
  /** Empty for the root folder. */
  folder: string;
  name: string;
  type: ServiceType;
  started: boolean;
  /** Epoch ms; until then the service is being restarted. */
  restartingUntil: number;
  extent: Extent;
  layers: ServiceLayer[];
  /** Without a scheme the service has no tile cache. */
  scheme: TileScheme | undefined;
  hasLiveData: boolean;
  /** Of an image service with the capability Catalog; undefined: it has no such. A query finds what is in it at once, its extent follows at a refresh. */
  mosaic: MosaicRaster[] | undefined;
  /** For how many seconds browsers may keep its tiles, as the Admin API writes it. */
  cacheControlMaxAge: string;
  refreshedAt: number | undefined;
  refreshCount: number;
  /** Whether the jobs of a GP service report their progress (published from Pro 2.6 on). */
  progress: boolean;
}

/** 11.3 as the server writes it: a number. */
export const CURRENT_VERSION = 11.3;
export const FULL_VERSION = '11.3.0';

const DAY_MS = 24 * 60 * 60 * 1000;
const OLD_TILE_DAYS = 400;
const EUROPE: Extent = { xmin: -1_300_000, ymin: 4_200_000, xmax: 3_400_000, ymax: 9_300_000 };

/** A started service without cache, with what is given on top. */
export function createService(given: Partial<Service> & Pick<Service, 'name' | 'type'>): Service {
  const { name, extent = WORLD } = given;
  return {
    folder: '',
    started: true,
    restartingUntil: 0,
    extent,
    layers: [{ id: 0, name, extent }],
    scheme: undefined,
    hasLiveData: false,
    mosaic: undefined,
    cacheControlMaxAge: '0',
    refreshedAt: undefined,
    refreshCount: 0,
    progress: true,
    ...given,
  };
}

/** `Folder/Name.Type`: a service's key in the emulator's maps. */
export function serviceId({ folder, name, type }: { folder: string; name: string; type: string }): string {
  return `${folder ? `${folder}/` : ''}${name}.${type}`;
}

/** The services that a new emulator has. */
export function defaultServices(): Map<string, Service> {
  const scheme = webMercatorScheme();
  const services = [
    createService({ name: 'Basemap', type: 'MapServer', scheme }),
    createService({ folder: 'CachedServices', name: 'Streets', type: 'MapServer', scheme, extent: EUROPE }),
    createService({ folder: 'Imagery', name: 'Landsat', type: 'ImageServer', scheme, hasLiveData: true, mosaic: [] }),
    createService({ folder: 'Imagery', name: 'Archive', type: 'ImageServer' }),
    createService({ name: 'Parcels', type: 'MapServer' }),
    createService({ name: 'Parcels', type: 'FeatureServer' }),
    createService({ folder: 'Demo', name: 'Old', type: 'MapServer', scheme, extent: EUROPE, started: false }),
    createService({ folder: 'System', name: 'CachingControllers', type: 'GPServer' }),
    createService({ folder: 'System', name: 'CachingTools', type: 'GPServer' }),
    createService({ folder: 'System', name: 'PublishingTools', type: 'GPServer' }),
    createService({ folder: 'System', name: 'ReportingTools', type: 'GPServer' }),
  ];
  return new Map(services.map((service) => [serviceId(service), service]));
}

/** The services of an emulated portal's hosted layers, which have no folders. */
export function hostedServices(): Map<string, Service> {
  const scheme = webMercatorScheme();
  const services = [
    createService({ name: 'Basemap', type: 'MapServer', scheme }),
    createService({ name: 'Streets', type: 'MapServer', scheme, extent: EUROPE }),
    createService({ name: 'Parcels', type: 'VectorTileServer', scheme }),
    createService({ name: 'Parcels', type: 'FeatureServer' }),
  ];
  return new Map(services.map((service) => [serviceId(service), service]));
}

/** Gives every cached service old tiles with gaps, about one in four missing. */
export function fillCaches(services: Map<string, Service>, tiles: TileStore, now: number): void {
  for (const [id, { scheme, extent }] of services) {
    const addresses = (scheme?.lods ?? []).flatMap((lod) => tilesTouching(extentArea(extent), lod));
    for (const tile of addresses) {
      const missing = (tile.level + tile.row * 7 + tile.col * 3) % 4 === 3;
      if (!missing) tiles.put(id, tile, now - OLD_TILE_DAYS * DAY_MS);
    }
  }
}

/** Whether a service answers at a moment. */
export function isRunning(service: Service, now: number): boolean {
  return service.started && now >= service.restartingUntil;
}

/** The folders of the site, the root excepted. */
export function folderNames(services: Map<string, Service>): string[] {
  return [...new Set([...services.values()].map(({ folder }) => folder).filter(Boolean))].sort();
}
