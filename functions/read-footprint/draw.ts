import * as z from 'zod/mini';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';
import { renewalOf } from '../../shared/rasters/renewal.ts';
import type { Source } from '../../shared/rasters/sources.ts';
import type { Extent, Polygon, TileScheme } from '../../shared/tiles/scheme.ts';
import { type CachePlane, nameOf, planeOf } from './read.ts';

interface Asked {
  generation: number;
  plane: CachePlane;
  scheme: TileScheme;
  /** Denominators, as the service writes them. */
  scales: readonly number[];
  /** From 0 up. */
  job: number;
}

interface Drawn {
  /** How many jobs there are, and what this one renews, in the map units of the cache. */
  jobs: number;
  rectangles: Extent[];
  /** Over all jobs and scales. */
  tilesTouched: number;
  tilesRenewed: number;
  /** How many rasters cannot be read, and the first of them. */
  unreadable: { count: number; rasters: { key: string; reason: string }[] };
}

const RECTANGLES_PER_JOB = 100;
const MOST_NAMED = 50;

const polygonsSchema = z.array(z.array(z.array(z.array(z.number()))));

/** What the rasters of a group touch that were read: the same for each of the jobs. */
export async function drawRectangles(
  rasters: RasterTable,
  source: Source,
  { generation, plane, scheme, scales, job }: Asked,
): Promise<Drawn> {
  const polygons: Polygon[] = [];
  const unreadable: Drawn['unreadable'] = { count: 0, rasters: [] };
  for await (const page of rasters.open(source.name, generation)) {
    for (const { key, plane: drawnIn, outline, unreadable: reason } of page) {
      if (drawnIn !== nameOf(plane)) continue;
      if (outline !== undefined) polygons.push(...polygonsSchema.parse(JSON.parse(outline)));
      if (reason === undefined) continue;
      unreadable.count += 1;
      if (unreadable.rasters.length < MOST_NAMED) unreadable.rasters.push({ key, reason });
    }
  }
  const { period } = await planeOf(plane);
  const { rectangles, tilesTouched, tilesRenewed } = renewalOf(polygons, { scheme, scales, period });
  const first = job * RECTANGLES_PER_JOB;
  return {
    jobs: Math.ceil(rectangles.length / RECTANGLES_PER_JOB),
    rectangles: rectangles.slice(first, first + RECTANGLES_PER_JOB),
    tilesTouched,
    tilesRenewed,
    unreadable,
  };
}
