import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planOf, type TilePlan } from '../../../../shared/tiles/plan.ts';
import { type Extent, polygonOf, type TileLevel, type TileScheme } from '../../../../shared/tiles/scheme.ts';
import { holds } from '../../../support/properties.ts';
import { type PlanCase, planCase } from '../../../support/random-schemes.ts';
import { touchedByForce } from '../../../support/tiles-by-force.ts';

const BUNDLE = 128;
const AREAS = 1_000;
const THOUSANDTH = 0.001;
const ROUNDING = 1e-6;

describe('plans of random areas in random schemes, tile by tile', () => {
  it('have every tile that the area touches in exactly one unit, and no other', async () => {
    let [tiles, units, together] = [0, 0, 0];

    const isSo = fc.property(planCase, (each) => {
      const plan = planFor(each);
      const sent = tilesSent(plan, each.scheme);

      for (const { level, tiles: count } of plan.scales) {
        const found = onceEach(sent.filter((tile) => tile.level === level));
        assertTouched(found, each, level);
        assert.equal(count, found.size);
        tiles += found.size;
      }
      units += plan.units;
      together += plan.units === 0 ? 0 : plan.unit(0).scales.length - 1;
    });

    await holds(isSo, AREAS);
    assert.ok(tiles > 5e5 && units > 1.5 * AREAS && together > AREAS, `${tiles} ${units} ${together}`);
  });

  it('have figures that are the sums of their units, which are blocks of whole bundles', async () => {
    const isSo = fc.property(planCase, (each) => {
      const plan = planFor(each);
      const all = unitsOf(plan);

      assert.equal(plan.tiles, sum(all.map(({ tiles }) => tiles)));
      assert.equal(plan.units, sum(plan.scales.map(({ units }) => units)));
      for (const { scale, units } of plan.scales) {
        const own = all.filter(({ scales }) => scales.at(-1) === scale);
        assert.equal(units, own.length);
        const blocks = own.map(({ extent, scales }) =>
          scales.length > 1 ? undefined : bundlesOf(extent, scale, each.scheme),
        );
        assertApart(blocks.filter((block) => block !== undefined));
      }
      for (const { tiles, scales, extent } of all) {
        const { cols, rows } = bundlesOf(extent, scales.at(-1) ?? 0, each.scheme);
        assert.ok(tiles > 0 && (tiles <= each.maxTilesPerJob || (cols.length === 1 && rows.length === 1)));
      }
    });

    await holds(isSo, AREAS);
  });
});

/** No tile is in two units. */
function onceEach(sent: { key: string }[]): Set<string> {
  const found = new Set<string>();
  for (const { key } of sent) {
    assert.ok(!found.has(key), `${key} is in two units`);
    found.add(key);
  }
  return found;
}

/** All that are touched and no other; a tile that is touched by a thousandth and next to nothing may be either. */
function assertTouched(found: Set<string>, { area, scheme }: PlanCase, level: number): void {
  const byForce = (share: number) => touchedByForce(area, scheme, levelOf(scheme, level), share);
  const least = byForce(THOUSANDTH + ROUNDING);
  for (const key of least) assert.ok(found.has(key), `${key} is in no unit`);
  const most = found.size === least.size ? least : byForce(THOUSANDTH - ROUNDING);
  for (const key of found) assert.ok(most.has(key), `${key} is not touched`);
}

function planFor({ scheme, area, maxTilesPerJob }: PlanCase): TilePlan {
  return planOf({ scheme, scales: scheme.levels.map(({ scale }) => scale), area, maxTilesPerJob });
}

function unitsOf(plan: TilePlan) {
  return Array.from({ length: plan.units }, (_, n) => plan.unit(n));
}

function levelOf({ levels }: TileScheme, level: number): TileLevel {
  const found = levels.find((each) => each.level === level);
  assert.ok(found);
  return found;
}

/** What a server works on that takes every tile with which a rectangle shares the least area. */
function tilesSent(plan: TilePlan, scheme: TileScheme): { level: number; key: string }[] {
  const { extent: _anywhere, ...whole } = scheme;
  return unitsOf(plan).flatMap(({ scales, rectangles }) =>
    scales.flatMap((scale) => {
      const level = scheme.levels.find((each) => each.scale === scale) ?? levelOf(scheme, 0);
      const keys = rectangles.flatMap((rectangle) => [...touchedByForce([polygonOf(rectangle)], whole, level, 0)]);
      // Rectangles of the finest scale may lie in one tile of a coarser one.
      return [...(scales.at(-1) === scale ? keys : new Set(keys))].map((key) => ({ level: level.level, key }));
    }),
  );
}

function bundlesOf(extent: Extent, scale: number, { origin, rows, cols, levels }: TileScheme) {
  const { resolution = 1 } = levels.find((each) => each.scale === scale) ?? {};
  const [width, height] = [cols * resolution * BUNDLE, rows * resolution * BUNDLE];
  const between = (from: number, to: number) => {
    const first = Math.floor(from + 1e-6);
    return Array.from({ length: Math.ceil(to - 1e-6) - first }, (_, index) => first + index);
  };
  return {
    cols: between((extent.xmin - origin.x) / width, (extent.xmax - origin.x) / width),
    rows: between((origin.y - extent.ymax) / height, (origin.y - extent.ymin) / height),
  };
}

/** No bundle is in two units. */
function assertApart(blocks: { cols: number[]; rows: number[] }[]): void {
  const bundles = blocks.flatMap(({ cols, rows }) => rows.flatMap((row) => cols.map((col) => `${row}/${col}`)));
  assert.equal(new Set(bundles).size, bundles.length);
}

function sum(counts: number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
