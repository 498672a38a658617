import { type Outline, outlineOf } from './outline.ts';
import { around, type CellRectangle, clippedRows, extentOf, rectanglesOf } from './rectangles.ts';
import { blockAt, scaleBlocks } from './scale-blocks.ts';
import { type Extent, type Grid, gridOf, type Polygon, polygonOf, type TileLevel, type TileScheme } from './scheme.ts';
import { countTouched, touchedRows } from './touched-rows.ts';

/** What a plan is made from. The same request gives the same plan, unit by unit. */
export interface PlanRequest {
  scheme: TileScheme;
  /** The denominators as the scheme has them. */
  scales: readonly number[];
  /** In the scheme's map units; left out for the whole of the scheme's extent. */
  area?: readonly Polygon[] | undefined;
  /** In tiles that are touched. A block of one bundle may hold more. */
  maxTilesPerJob?: number | undefined;
}

/** One scale of a plan. A unit of several scales counts at its finest. */
interface ScaleFigures {
  scale: number;
  level: number;
  tiles: number;
  units: number;
}

/** One job of a plan. */
export interface Unit {
  /** Largest denominator first. */
  scales: number[];
  /** How many tiles of all its scales are touched. */
  tiles: number;
  /** Around its tiles, in map units. */
  extent: Extent;
  /** What the job is sent as its area: at each of its scales they touch the unit's tiles and no other. */
  rectangles: Extent[];
}

/** A plan as results and entries have it. */
export interface PlanFigures {
  tiles: number;
  units: number;
  /** Units that have ended so. */
  done: number;
  failed: number;
  /** Largest denominator first. */
  scales: ScaleFigures[];
}

/** How the tiles of an area are cut into jobs. */
export interface TilePlan {
  /** 0 where the area touches none. */
  tiles: number;
  units: number;
  /** Largest denominator first. */
  scales: ScaleFigures[];
  /** Unit number `n`, from 0 up to `units - 1`: computed when it is asked for, whatever was asked for before. */
  unit(n: number): Unit;
}

const MAX_TILES_PER_JOB = 100_000;
/** Of a tile: an area that only touches the edge of another tile would renew that one too. */
const RECTANGLE_INSET = 1 / 16;
/** Coarse scales whose tiles make more rectangles are not sent together. */
const MAX_RECTANGLES_TOGETHER = 500;

/** One scale with what is touched at it. */
interface Scale {
  level: TileLevel;
  grid: Grid;
  outline: Outline;
  tiles: number;
}

/** Some units that follow each other. */
interface Part {
  scales: Scale[];
  units: number;
  unit(n: number): Unit;
}

/**
 * Cuts the tiles that an area touches into units: one scale and a block of whole bundles (128 x 128 tiles from the
 * scheme's origin on), the coarse scales together. Two units never write one bundle.
 */
export function planOf({ scheme, scales, area, maxTilesPerJob = MAX_TILES_PER_JOB }: PlanRequest): TilePlan {
  const polygons = area ?? (scheme.extent === undefined ? [] : [polygonOf(scheme.extent)]);
  const parts: Part[] = [];
  const figures: ScaleFigures[] = [];
  let together: Scale[] = [];
  const close = () => {
    if (together.length > 0) parts.push(partOf(together, maxTilesPerJob));
    together = [];
  };
  for (const level of scheme.levels.filter(({ scale }) => scales.includes(scale))) {
    const grid = gridOf(scheme, level);
    const outline = outlineOf(polygons, grid);
    const scale = { level, grid, outline, tiles: countTouched(outline) };
    figures.push({ scale: level.scale, level: level.level, tiles: scale.tiles, units: 0 });
    if (scale.tiles === 0) continue;
    if (!mayBeTogether([...together, scale], maxTilesPerJob)) close();
    together.push(scale);
  }
  close();
  for (const { scales: ofPart, units } of parts) {
    const finest = figures.find(({ scale }) => scale === ofPart.at(-1)?.level.scale);
    if (finest !== undefined) finest.units += units;
  }
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  return {
    tiles: sum(figures.map(({ tiles }) => tiles)),
    units: sum(parts.map(({ units }) => units)),
    scales: figures,
    unit: (n) => unitOf(parts, n),
  };
}

function unitOf(parts: Part[], n: number): Unit {
  let before = 0;
  for (const { units, unit } of parts) {
    if (n < before + units) return unit(n - before);
    before += units;
  }
  throw new RangeError(`The plan has no unit ${n}: it has ${before}.`);
}

function partOf(scales: Scale[], maxTiles: number): Part {
  const [first, ...others] = scales;
  if (first !== undefined && others.length === 0) return blocksPart(first, maxTiles);
  return { scales, units: 1, unit: () => unitFrom(scales, rectanglesAt(scales.at(-1))) };
}

function blocksPart(scale: Scale, maxTiles: number): Part {
  const { outline } = scale;
  const blocks = scaleBlocks(outline, maxTiles);
  return {
    scales: [scale],
    units: blocks.units,
    unit(n) {
      const { size } = blocks;
      const { blockRow, blockCol, tiles } = blockAt(outline, blocks, n);
      const rows = touchedRows(outline, blockRow * size, (blockRow + 1) * size - 1);
      const rectangles = rectanglesOf(clippedRows(rows, blockCol * size, (blockCol + 1) * size - 1));
      return unitFrom([{ ...scale, tiles }], rectangles);
    },
  };
}

function rectanglesAt(scale: Scale | undefined): CellRectangle[] {
  return scale === undefined ? [] : rectanglesOf(touchedRows(scale.outline));
}

/** By the cells of the finest scale. */
function unitFrom(scales: Scale[], rectangles: CellRectangle[]): Unit {
  const { grid = { x: 0, y: 0, width: 1, height: 1 } } = scales.at(-1) ?? {};
  return {
    scales: scales.map(({ level }) => level.scale),
    tiles: scales.reduce((sum, { tiles }) => sum + tiles, 0),
    extent: extentOf(around(rectangles), grid),
    rectangles: rectangles.map((rectangle) => extentOf(rectangle, grid, RECTANGLE_INSET)),
  };
}

/**
 * Whether scales fit into one job: few enough tiles, and an area that touches the tiles of the finest touches those of
 * the others, no less and no more. It does not where the tiles of one scale cross the edges of another's, as in schemes
 * whose scales are not halved.
 */
function mayBeTogether(scales: Scale[], maxTiles: number): boolean {
  if (scales.length === 1) return true;
  const tiles = scales.reduce((sum, scale) => sum + scale.tiles, 0);
  const finest = scales.at(-1);
  if (tiles > maxTiles || finest === undefined) return false;
  const rectangles = rectanglesAt(finest);
  if (rectangles.length > MAX_RECTANGLES_TOGETHER) return false;
  const sent = rectangles.map((rectangle) => polygonOf(extentOf(rectangle, finest.grid, RECTANGLE_INSET)));
  return scales.slice(0, -1).every(({ grid, outline }) => {
    const { extent: _anywhere, ...whole } = grid;
    const touched = rectanglesOf(touchedRows(outlineOf(sent, whole, 0)));
    return JSON.stringify(touched) === JSON.stringify(rectanglesOf(touchedRows(outline)));
  });
}
