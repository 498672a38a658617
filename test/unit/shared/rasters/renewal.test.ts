import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cachePlane } from '../../../../shared/rasters/cache-plane.ts';
import { outlineIn } from '../../../../shared/rasters/outline.ts';
import { projectionOf } from '../../../../shared/rasters/projection.ts';
import { renewalOf } from '../../../../shared/rasters/renewal.ts';
import { boundsOf } from '../../../../shared/tiles/outline.ts';
import { type Extent, gridOf, type TileScheme } from '../../../../shared/tiles/scheme.ts';
import { holds } from '../../../support/properties.ts';

const RASTERS = 1_000;
/** To a side of a square. */
const SAMPLES = 2;
const EDGE_SAMPLES = 60;
const SUPERTILE = 16;
/** A sample so near to the edge of a tile does not say that the tile is touched. */
const EDGE = 0.002;

/** Where each reference system is used: the middle of a raster, from and to, in its units. */
const FAMILIES: Record<string, { x: [number, number]; y: [number, number]; unit: number }> = {
  'EPSG:4326': { x: [-179.9, 179.9], y: [-80, 80], unit: 1e-5 },
  'EPSG:3857': { x: [-2e7, 2e7], y: [-1.5e7, 1.5e7], unit: 1 },
  'EPSG:32633': { x: [2e5, 8e5], y: [1e5, 8e6], unit: 1 },
  'EPSG:32701': { x: [1.7e5, 8e5], y: [2e6, 9.9e6], unit: 1 },
  'EPSG:2056': { x: [2.5e6, 2.8e6], y: [1.1e6, 1.3e6], unit: 1 },
  'EPSG:3035': { x: [3e6, 6e6], y: [2e6, 5e6], unit: 1 },
  'EPSG:3413': { x: [-2e6, 2e6], y: [-2e6, 2e6], unit: 1 },
  'EPSG:3031': { x: [-2e6, 2e6], y: [-2e6, 2e6], unit: 1 },
};

const raster = fc.record({
  crs: fc.constantFrom(...Object.keys(FAMILIES)),
  at: fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 })),
  metres: fc.tuple(fc.integer({ min: 3_000, max: 200_000 }), fc.integer({ min: 3_000, max: 200_000 })),
  degrees: fc.oneof(fc.constant(0), fc.integer({ min: -90, max: 90 })),
  tiles: fc.integer({ min: 2, max: 150 }),
});

const HALF = Math.PI * 6_378_137;

/** The scheme of web maps, with the scales that Esri writes. */
const scheme: TileScheme = {
  origin: { x: -HALF, y: HALF },
  rows: 256,
  cols: 256,
  levels: Array.from({ length: 22 }, (_, level) => ({
    level,
    scale: 591_657_527.591555 / 2 ** level,
    resolution: (2 * HALF) / 256 / 2 ** level,
  })),
  extent: { xmin: -HALF, ymin: -HALF, xmax: HALF, ymax: HALF },
};

describe('what is renewed for a raster', () => {
  it('is every tile that it touches, and next to no square more, in eight families of reference systems', async () => {
    let [touched, squares, needed] = [0, 0, 0];

    const isSo = fc.asyncProperty(raster, async (each) => {
      const { corners, projection } = await placed(each);
      // At which its longer side is so many tiles wide.
      const finest = Math.round(Math.log2((2 * HALF * each.tiles) / Math.max(...each.metres)));
      const level = scheme.levels[Math.min(finest, 21)] ?? assert.fail();
      const tile = 256 * level.resolution;
      const { plane, period } = await cachePlane('EPSG:3857', tile);
      const polygons = outlineIn({ source: 'tiff', polygons: [[corners]], projection }, plane);
      const renewal = renewalOf(polygons, { scheme, scales: [level.scale], period });

      const { xmin, xmax, ymin, ymax } = boundsOf(polygons);
      const side = Math.ceil(Math.max(xmax - xmin, ymax - ymin) / tile / SUPERTILE);
      const cells = cellsOf(renewal.rectangles, gridOf(scheme, level, SUPERTILE));
      const seen = new Set<string>();
      for (const [column, row] of samples({
        corners,
        toLonLat: projection.toLonLat,
        project: plane.project,
        tile,
        squares: side,
      })) {
        seen.add(`${Math.floor(column / SUPERTILE)} ${Math.floor(row / SUPERTILE)}`);
        touched += 1;
      }
      for (const cell of seen) assert.ok(cells.has(cell), `${cell} is not renewed: ${JSON.stringify(each)}`);
      squares += cells.size;
      needed += seen.size;
      assert.ok(renewal.tilesTouched <= renewal.tilesRenewed);
    });

    await holds(isSo, RASTERS);
    assert.ok(touched > 1e6 && needed > RASTERS, `${touched} ${needed}`);
    // Samples miss slivers at corners; the bound is the contract's.
    assert.ok(squares <= needed * 1.01, `${squares} squares for ${needed}`);
  });
});

interface Placed {
  crs: string;
  at: [number, number];
  metres: [number, number];
  degrees: number;
}

async function placed({ crs, at, metres, degrees }: Placed) {
  const { x, y, unit } = FAMILIES[crs] ?? assert.fail();
  const middle = [x[0] + (at[0] / 1000) * (x[1] - x[0]), y[0] + (at[1] / 1000) * (y[1] - y[0])] as const;
  const [width, height] = metres.map((side) => (side * unit) / 2) as [number, number];
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const corner = (dx: number, dy: number) => [middle[0] + dx * cos - dy * sin, middle[1] + dx * sin + dy * cos];
  const corners = [corner(-width, height), corner(width, height), corner(width, -height), corner(-width, -height)];
  return { corners, projection: await projectionOf(crs) };
}

interface Sampled {
  corners: readonly (readonly number[])[];
  toLonLat: (point: readonly number[]) => [number, number];
  project: (point: [number, number]) => readonly number[];
  tile: number;
  /** How many squares wide it is at most. */
  squares: number;
}

/** Tiles of points that are spread over the raster and along its edges, without a thought of lines. */
function* samples({ corners, toLonLat, project, tile, squares }: Sampled): Generator<[column: number, row: number]> {
  const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = [], , [x3 = 0, y3 = 0] = []] = corners;
  for (const [u, v] of shares(squares)) {
    const lonLat = toLonLat([x0 + u * (x1 - x0) + v * (x3 - x0), y0 + u * (y1 - y0) + v * (y3 - y0)]);
    if (!lonLat.every(Number.isFinite)) continue;
    const [x = 0, y = 0] = project(lonLat);
    const turned = x - 2 * HALF * Math.floor((x + HALF) / (2 * HALF));
    const [column, row] = [(turned + HALF) / tile, (HALF - y) / tile];
    const isInside = [column, row].every((value) => value > 0 && value < (2 * HALF) / tile && !isOnEdge(value));
    if (isInside) yield [column, row];
  }
}

/** Of both sides: all over the raster, and more densely along its edges. */
function* shares(squares: number): Generator<[number, number]> {
  for (let i = 0; i <= SAMPLES * squares; i += 1) {
    for (let j = 0; j <= SAMPLES * squares; j += 1) yield [i / SAMPLES / squares, j / SAMPLES / squares];
  }
  for (let i = 0; i <= EDGE_SAMPLES * squares; i += 1) {
    const share = i / EDGE_SAMPLES / squares;
    yield [share, 0];
    yield [share, 1];
    yield [0, share];
    yield [1, share];
  }
}

function isOnEdge(value: number): boolean {
  return Math.abs(value - Math.round(value)) < EDGE;
}

function cellsOf(rectangles: readonly Extent[], { x, y, width, height }: ReturnType<typeof gridOf>): Set<string> {
  const cells = new Set<string>();
  for (const { xmin, ymin, xmax, ymax } of rectangles) {
    for (let column = Math.floor((xmin - x) / width); column <= Math.floor((xmax - x) / width); column += 1) {
      for (let row = Math.floor((y - ymax) / height); row <= Math.floor((y - ymin) / height); row += 1) {
        assert.ok(!cells.has(`${column} ${row}`), `${column} ${row} twice`);
        cells.add(`${column} ${row}`);
      }
    }
  }
  return cells;
}
