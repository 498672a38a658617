import fc from 'fast-check';
import type { Polygon, TileScheme } from '../../shared/tiles/scheme.ts';

/** A scheme, an area in it and how many tiles a job may have. */
export interface PlanCase {
  scheme: TileScheme;
  area: Polygon[];
  maxTilesPerJob: number;
}

/** Evenly spread: the library's own numbers are mostly very small or very large. */
function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min: 0, max: 1_000_003 })).map((step) => min + ((max - min) * step) / 1_000_003);
}

const ratio = between(0, 1);
const pixels = fc.constantFrom(256, 512, 300);

/** Any origin, tiles that are not always squares, scales that are halved or not, an extent or none. */
export const planCase: fc.Arbitrary<PlanCase> = fc
  .record({
    origin: fc.record({
      x: between(-3e7, 3e7),
      y: between(-3e7, 3e7),
    }),
    rows: pixels,
    cols: pixels,
    finest: between(0.01, 100),
    factors: fc.array(fc.constantFrom(2, 2, 2, 2.5, 4, 1.7), { minLength: 0, maxLength: 5 }),
    /** Where the area's middle is, in tiles of the finest scale from the origin, and how large it is. */
    middle: fc.record({
      col: between(-20, 900),
      row: between(-20, 900),
    }),
    size: between(-1, 4.4).map(Math.exp),
    parts: fc.array(partShape(), { minLength: 1, maxLength: 3 }),
    extent: fc.option(fc.tuple(ratio, ratio, ratio, ratio)),
    maxTilesPerJob: fc.constantFrom(1, 1_000, 20_000, 70_000, 1_000_000),
  })
  .map(({ finest, factors, middle, size, parts, extent, maxTilesPerJob, ...frame }) => {
    const levels = levelsOf(finest, factors);
    const [width, height] = [frame.cols * finest, frame.rows * finest];
    const toMap = ([col = 0, row = 0]: readonly number[]) => [
      frame.origin.x + col * width,
      frame.origin.y - row * height,
    ];
    const area = parts.map((part) => part([middle.col, middle.row], size).map((ring) => ring.map(toMap)));
    const scheme = {
      ...frame,
      levels,
      ...(extent === null ? {} : { extent: extentAround(extent, middle, size, toMap) }),
    };
    return { scheme, area, maxTilesPerJob };
  });

/** From the coarsest on; the scale is a text's number, which nothing is computed from. */
function levelsOf(finest: number, factors: number[]): TileScheme['levels'] {
  const resolutions = [finest];
  for (const factor of factors) resolutions.unshift((resolutions[0] ?? finest) * factor);
  return resolutions.map((resolution, level) => ({
    level,
    resolution,
    scale: Number((resolution * 3779.52).toFixed(6)),
  }));
}

type Part = (middle: [col: number, row: number], size: number) => Polygon;

/** A star with a hole of its shape, or a rectangle whose sides often lie on the edges of tiles. */
function partShape(): fc.Arbitrary<Part> {
  const star = fc
    .record({
      radii: fc.array(between(0.3, 1), { minLength: 3, maxLength: 9 }),
      hole: between(-0.5, 0.9),
      away: fc.tuple(ratio, ratio),
    })
    .map(
      ({ radii, hole, away }): Part =>
        ([col, row], size) => {
          const at = [col + away[0] * size * 2, row + away[1] * size * 2];
          const ring = (share: number) =>
            closed(radii.map((radius, index) => pointAt(at, radius * size * share, index / radii.length)));
          return hole > 0 ? [ring(1), ring(hole).toReversed()] : [ring(1)];
        },
    );
  const rectangle = fc.record({ sides: fc.tuple(ratio, ratio), onEdges: fc.boolean() }).map(
    ({ sides: [wide, high], onEdges }): Part =>
      ([col, row], size) => {
        const on = (value: number) => (onEdges ? Math.round(value) : value);
        const [left, top] = [on(col), on(row)];
        const [right, bottom] = [left + Math.max(on(wide * size * 2), 0.3), top + Math.max(on(high * size * 2), 0.3)];
        return [closed([[left, top], [right, top], [right, bottom], [left, bottom]])]; // biome-ignore format: a ring reads better in one line
      },
  );
  return fc.oneof(star, rectangle);
}

function pointAt([col = 0, row = 0]: readonly number[], radius: number, turn: number): number[] {
  return [col + radius * Math.cos(turn * 2 * Math.PI), row + radius * Math.sin(turn * 2 * Math.PI)];
}

function closed(points: number[][]): number[][] {
  return [...points, points[0] ?? []];
}

function extentAround(
  [left, top, right, bottom]: readonly [number, number, number, number],
  { col, row }: { col: number; row: number },
  size: number,
  toMap: (place: readonly number[]) => number[],
) {
  const [xmin = 0, ymax = 0] = toMap([col - left * size * 2, row - top * size * 2]);
  const [xmax = 0, ymin = 0] = toMap([col + 0.5 + right * size * 2, row + 0.5 + bottom * size * 2]);
  return { xmin, ymin, xmax, ymax };
}
