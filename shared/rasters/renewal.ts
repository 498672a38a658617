import { boundsOf, outlineOf } from '../tiles/outline.ts';
import { extentOf, rectanglesOf } from '../tiles/rectangles.ts';
import { type Extent, gridOf, type Polygon, polygonOf, type TileLevel, type TileScheme } from '../tiles/scheme.ts';
import { countTouched, touchedRows } from '../tiles/touched-rows.ts';

/** What is renewed for some rasters. */
export interface Renewal {
  /** In the map units of the cache, each a little inside the squares that the server renews: areas of the jobs. */
  rectangles: Extent[];
  /** Distinct tiles that the rasters touch, over all scales asked for. */
  tilesTouched: number;
  /** How many tiles the server renews for it: whole squares. */
  tilesRenewed: number;
}

/** The server renews squares of so many pixels, counted from the scheme's origin (Esri's page of the caching tool). */
const SUPERTILE_PIXELS = 4096;
/** Of a tile: less is a rounded coordinate. */
const TOUCH = 0.001;
/** Of a tile: a rectangle that reached the edge of the next square would renew that one too. */
const INSET = 1 / 16;

/**
 * The squares that rasters touch at the finest scale, merged to rectangles. At the other scales the server renews the
 * squares around the same area.
 *
 * @param polygons outlines in the map units of the cache, drawn with a tolerance of 1/256 of a tile of the finest scale
 * @param period map units around the world, where the map is as wide: what lies beyond its end is drawn at the other one
 */
export function renewalOf(
  polygons: readonly Polygon[],
  { scheme, scales, period }: { scheme: TileScheme; scales: readonly number[]; period?: number | undefined },
): Renewal {
  const levels = scheme.levels.filter(({ scale }) => scales.includes(scale));
  const finest = levels.reduce<TileLevel | undefined>(
    (least, level) => (least === undefined || level.scale < least.scale ? level : least),
    undefined,
  );
  if (finest === undefined) return { rectangles: [], tilesTouched: 0, tilesRenewed: 0 };
  const world = period === undefined ? scheme : { ...scheme, extent: scheme.extent ?? worldOf(period) };
  const drawn = period === undefined ? polygons : polygons.flatMap((polygon) => turns(polygon, period, world.extent));
  const squares = squaresOf(drawn, world, finest);
  return {
    rectangles: squares,
    tilesTouched: sum(levels.map((level) => countTouched(outlineOf(drawn, gridOf(world, level), TOUCH)))),
    tilesRenewed: sum(
      levels.map((level) => {
        const renewed = squaresOf(squares.map(polygonOf), world, level).map(polygonOf);
        return countTouched(outlineOf(renewed, gridOf(world, level), TOUCH));
      }),
    ),
  };
}

function squaresOf(polygons: readonly Polygon[], scheme: TileScheme, level: TileLevel): Extent[] {
  const tiles = Math.ceil(SUPERTILE_PIXELS / Math.min(scheme.rows, scheme.cols));
  const grid = gridOf(scheme, level, tiles);
  const squares = rectanglesOf(touchedRows(outlineOf(polygons, grid, TOUCH / tiles)));
  return squares.map((square) => extentOf(square, grid, INSET / tiles));
}

function worldOf(period: number): Extent {
  return { xmin: -period / 2, xmax: period / 2, ymin: -Infinity, ymax: Infinity };
}

/** A polygon as often as a part of it is on the map: beyond 180 degrees it is at the other end. */
function turns(polygon: Polygon, period: number, extent: Extent | undefined): Polygon[] {
  const { xmin, xmax } = boundsOf([polygon]);
  const { xmin: left, xmax: right } = extent ?? worldOf(period);
  const first = Math.ceil((left - xmax) / period);
  const last = Math.floor((right - xmin) / period);
  // Longitudes are never more than a few turns away.
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 8)) }, (_, index) =>
    polygon.map((ring) => ring.map(([x = 0, y = 0]) => [x + (first + index) * period, y])),
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
