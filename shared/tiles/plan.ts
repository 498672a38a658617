import type { Extent, Polygon, TileScheme } from './scheme.ts';

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
export interface ScaleFigures {
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

/**
 * Cuts the tiles that an area touches into units: one scale and a block of whole bundles (128 x 128 tiles from the
 * scheme's origin on), the coarse scales together. Two units never write one bundle.
 */
export declare function planOf(request: PlanRequest): TilePlan;
