import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { planOf } from '../../shared/tiles/plan.ts';
import { type Polygon, polygonOf } from '../../shared/tiles/scheme.ts';

const EDGE = 20_037_508.342787;
const WORLD = { xmin: -EDGE, ymin: -EDGE, xmax: EDGE, ymax: EDGE };
const SCHEME = {
  origin: { x: -EDGE, y: EDGE },
  rows: 256,
  cols: 256,
  levels: Array.from({ length: 24 }, (_, level) => ({
    level,
    resolution: 156_543.033928 / 2 ** level,
    scale: 591_657_527.591555 / 2 ** level,
  })),
  extent: WORLD,
};
const ROUNDS = 9;
const UNITS = 200;
const MIB = 1024 * 1024;

interface Case {
  area: Polygon;
  level: number;
  maxTilesPerJob?: number;
}

/** A country of 2,000 corners, about 300 km in radius. */
const COUNTRY: Polygon = [
  Array.from({ length: 2_001 }, (_, index) => {
    const turn = ((index % 2_000) / 2_000) * 2 * Math.PI;
    const radius = 300_000 * (1 + 0.2 * Math.sin(7 * turn) + 0.05 * Math.sin(131 * turn));
    return [500_000 + radius * Math.cos(turn), 6_000_000 + radius * Math.sin(turn)];
  }),
];

const CASES: Record<string, Case> = {
  'the world, 1e9 tiles': { area: polygonOf(WORLD), level: 15 },
  'a country of 2,000 corners, 3e9 tiles': { area: COUNTRY, level: 22 },
  'the world, a million units': { area: polygonOf(WORLD), level: 17, maxTilesPerJob: 1 },
  'the world, 1e12 tiles': { area: polygonOf(WORLD), level: 20, maxTilesPerJob: 1e7 },
};

const planRowSchema = z.object({
  plan: z.string(),
  tiles: z.number(),
  units: z.number(),
  'plan ms': z.string(),
  'unit ms': z.string(),
  'memory MiB': z.string(),
});

/** Time and memory of planning, each case in a process of its own. */
export function tilePlans(): z.output<typeof planRowSchema>[] {
  const file = fileURLToPath(import.meta.url);
  return Object.keys(CASES).map((name) =>
    planRowSchema.parse(JSON.parse(execFileSync(process.execPath, [file, name], { encoding: 'utf8' }))),
  );
}

function measured(name: string, { area, level, maxTilesPerJob }: Case): z.output<typeof planRowSchema> {
  const scales = SCHEME.levels.slice(level, level + 1).map(({ scale }) => scale);
  const make = () => planOf({ scheme: SCHEME, scales, area: [area], maxTilesPerJob });
  const before = process.resourceUsage().maxRSS * 1024;
  const times = Array.from({ length: ROUNDS }, () => timed(make));
  const plan = make();
  const perUnit = timed(() => {
    for (let index = 0; index < UNITS; index += 1) plan.unit(Math.floor((index * plan.units) / UNITS));
  });
  return {
    plan: name,
    tiles: plan.tiles,
    units: plan.units,
    'plan ms': Math.min(...times).toFixed(1),
    'unit ms': (perUnit / UNITS).toFixed(2),
    'memory MiB': ((process.resourceUsage().maxRSS * 1024 - before) / MIB).toFixed(1),
  };
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

if (import.meta.main) {
  const [, , name = ''] = process.argv;
  const found = CASES[name];
  if (found === undefined) throw new Error(`There is no plan "${name}".`);
  process.stdout.write(JSON.stringify(measured(name, found)));
}
