import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planOf } from '../../../../shared/tiles/plan.ts';
import { type Polygon, polygonOf, type TileScheme } from '../../../../shared/tiles/scheme.ts';

/** A tile of the finest scale is 100 x 100 map units, and twice as wide at each scale before it. */
const ORIGIN = { x: -5_000, y: 40_000 };
const SCALES = [8_001.5, 4_000.75, 2_000.375];
const SCHEME: TileScheme = {
  origin: ORIGIN,
  rows: 256,
  cols: 256,
  levels: SCALES.map((scale, index) => ({ level: index + 3, scale, resolution: (100 / 256) * 2 ** (2 - index) })),
};
const FINEST = SCALES.slice(-1);

/** Columns and rows of the finest scale, with fractions. */
function cells(left: number, top: number, right: number, bottom: number): Polygon {
  const { x, y } = ORIGIN;
  return polygonOf({ xmin: x + left * 100, xmax: x + right * 100, ymin: y - bottom * 100, ymax: y - top * 100 });
}

function finestPlan(area: Polygon[], more: object = {}) {
  return planOf({ scheme: { ...SCHEME, ...more }, scales: FINEST, area });
}

function tilesOf(area: Polygon[], more: object = {}): number {
  return finestPlan(area, more).tiles;
}

describe('a tile that an area touches', () => {
  it('shares more than an edge with it', () => {
    assert.equal(tilesOf([cells(3, 3, 5, 4)]), 2);
    assert.equal(tilesOf([cells(2.9995, 2.9995, 5.0005, 4.0005)]), 2);
    assert.equal(tilesOf([cells(2.998, 3, 5, 4.002)]), 6);
  });

  it('is touched by an area that is smaller than a thousandth of it, wherever that lies', () => {
    assert.equal(tilesOf([cells(3.5, 3.5, 3.5002, 3.5002)]), 1);
    assert.equal(tilesOf([cells(3.0001, 3.0001, 3.0003, 3.0003)]), 1);
    assert.equal(tilesOf([cells(2.9999, 3.5, 3.0001, 3.5002)]), 2);
  });

  it('is not in a hole, and counts once where two parts touch it', () => {
    const [outline = []] = cells(0, 0, 5, 5);
    const [hole = []] = cells(1, 1, 4, 4);

    assert.equal(tilesOf([[outline, hole]]), 16);
    assert.equal(tilesOf([[outline, hole.toReversed()]]), 16);
    assert.equal(tilesOf([[outline, hole], cells(0.5, 0.5, 1.5, 1.5)]), 17);
  });

  it('has its row and column from 0 up, and lies inside the extent', () => {
    assert.equal(tilesOf([cells(-3.5, -2.5, 1.5, 1.5)]), 4);
    const extent = { xmin: ORIGIN.x + 150, xmax: ORIGIN.x + 250, ymin: ORIGIN.y - 250, ymax: ORIGIN.y - 150 };
    assert.equal(tilesOf([cells(-3, -3, 90, 90)], { extent }), 4);
    assert.equal(tilesOf([cells(2.4995, 0, 90, 90)], { extent }), 0);
    assert.equal(planOf({ scheme: { ...SCHEME, extent }, scales: FINEST }).tiles, 4);
  });

  it('is crossed by a long thin slope in each row only as far as it reaches into the row', () => {
    const { x, y } = ORIGIN;
    const slope = [[x, y - 50], [x + 100_000, y - 150], [x + 100_000, y - 151], [x, y - 51], [x, y - 50]]; // biome-ignore format: a ring reads better in one line

    // Columns 0 to 498 of one row, 491 to 999 of the next.
    assert.equal(tilesOf([[slope]]), 499 + 509);
  });

  it('may be a rectangle of other sides than its neighbour scheme has', () => {
    assert.equal(tilesOf([cells(0, 0, 8, 8)], { cols: 512 }), 4 * 8);
    assert.equal(tilesOf([cells(0, 0, 8, 8)], { rows: 512 }), 8 * 4);
  });
});

describe('a plan', () => {
  const plan = planOf({ scheme: SCHEME, scales: SCALES, area: [cells(100, 100, 700, 500)], maxTilesPerJob: 80_000 });

  it('counts each scale, and a unit of several scales at its finest', () => {
    assert.deepEqual(plan.scales, [
      { scale: 8_001.5, level: 3, tiles: 15_000, units: 0 },
      { scale: 4_000.75, level: 4, tiles: 60_000, units: 1 },
      { scale: 2_000.375, level: 5, tiles: 240_000, units: 6 },
    ]);
    assert.deepEqual([plan.tiles, plan.units], [315_000, 7]);
  });

  it('has the coarse scales together first, then blocks of whole bundles', () => {
    assert.deepEqual(plan.unit(0).scales, [8_001.5, 4_000.75]);
    // Columns 512 to 699 of rows 256 to 499: the second of two rows of blocks of 256 tiles, the last of three in it.
    const { scales, tiles, extent } = plan.unit(6);
    assert.deepEqual({ scales, tiles }, { scales: [2_000.375], tiles: 188 * 244 });
    assert.deepEqual(extent, { xmin: 46_200, xmax: 65_000, ymin: -10_000, ymax: 14_400 });
  });

  it('sends for a unit what lies within its tiles, and touches each', () => {
    const { rectangles } = plan.unit(6);

    assert.deepEqual(rectangles, [{ xmin: 46_206.25, xmax: 64_993.75, ymin: -9_993.75, ymax: 14_393.75 }]);
  });

  it('gives the same unit whatever was asked for before, and none beyond its end', () => {
    const again = planOf({ scheme: SCHEME, scales: SCALES, area: [cells(100, 100, 700, 500)], maxTilesPerJob: 80_000 });

    plan.unit(2);
    assert.deepEqual(again.unit(4), plan.unit(4));
    assert.throws(() => plan.unit(7), RangeError);
  });

  it('is empty where the area touches nothing', () => {
    const { tiles, units } = finestPlan([cells(-9, -9, 0, 0)]);

    assert.deepEqual({ tiles, units }, { tiles: 0, units: 0 });
  });

  it('joins blocks of a thin area as long as their tiles are few, and never makes one smaller than a bundle', () => {
    const thin = cells(0, 0, 20_000, 1);

    assert.equal(finestPlan([thin]).units, 1);
    assert.equal(planOf({ scheme: SCHEME, scales: FINEST, area: [thin], maxTilesPerJob: 5_200 }).units, 5);
    assert.equal(
      planOf({ scheme: SCHEME, scales: FINEST, area: [thin], maxTilesPerJob: 1 }).units,
      Math.ceil(20_000 / 128),
    );
  });

  it('keeps scales apart whose tiles do not lie in each other', () => {
    const levels = [1, 0.4].map((resolution, level) => ({ level, resolution, scale: resolution * 4_000 }));
    const apart = planOf({ scheme: { ...SCHEME, levels }, scales: [4_000, 1_600], area: [cells(0.1, 0.1, 2.5, 2.5)] });

    assert.deepEqual(
      apart.scales.map(({ units }) => units),
      [1, 1],
    );
  });
});

describe('counting', () => {
  const world = {
    xmin: -20_037_508.342787,
    ymin: -20_037_508.342787,
    xmax: 20_037_508.342787,
    ymax: 20_037_508.342787,
  };
  const levels = [18, 20].map((level) => ({
    level,
    resolution: 156_543.033928 / 2 ** level,
    scale: 591_657_527.591555 / 2 ** level,
  }));
  const scheme = { origin: { x: world.xmin, y: world.ymax }, rows: 256, cols: 256, levels, extent: world };

  it('does not walk tiles: 1e11 of them are counted and cut into units in a moment', () => {
    const startedAt = performance.now();

    const plan = planOf({ scheme, scales: levels.map(({ scale }) => scale), maxTilesPerJob: 1e6 });

    const milliseconds = performance.now() - startedAt;
    assert.equal(plan.tiles, 4 ** 18 + 4 ** 20);
    assert.ok(milliseconds < 2_000, `${milliseconds} ms`);
    assert.equal(plan.unit(plan.units - 1).tiles, 512 ** 2);
  });
});
