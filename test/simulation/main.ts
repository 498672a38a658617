import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Column, textTable } from '../../cli/text-table.ts';
import { inProcesses } from '../support/in-processes.ts';
import { INVARIANTS } from './invariants.ts';
import { PLANTS } from './plants.ts';
import { type Report, simulate } from './simulate.ts';
import type { Order } from './worker.ts';

type ShortReport = Omit<Report, 'trace'>;

const MAX_WORKERS = 4;
/** In how many of a hundred seeds a planted fault must be seen. */
const FOUND_PERCENT = 5;
const RIGHT = 'right';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    /** Plays this one alone and shows what happens in it. */
    seed: { type: 'string' },
    /** Plants each fault in turn, and counts the seeds that show it. */
    plants: { type: 'boolean', default: false },
  },
});

if (values.seed !== undefined) await showSeed(Number(values.seed));
else {
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
  if (values.plants) await showPlants(seeds);
  else await showSeeds(seeds);
}

async function showSeed(seed: number): Promise<void> {
  const { trace, ends, violations } = await simulate(seed);
  console.log(trace.join('\n'));
  console.log(`\nThe runs ended as: ${ends.join(', ')}.`);
  fail(violations.map((violation) => `seed ${seed}: ${violation}`));
}

async function showSeeds(seeds: number[]): Promise<void> {
  const reports = await play(seeds.map((seed) => ({ seed })));
  const sum = (key: 'runs' | 'jobs' | 'stops' | 'faults' | 'executions' | 'hours' | 'milliseconds') =>
    reports.reduce((total, report) => total + report[key], 0);
  show(
    ['', 'invariant', 'seeds that break it'],
    INVARIANTS.map(([number, says]) => [number, says, String(countOf(reports, number))]),
  );
  const ends = Map.groupBy(
    reports.flatMap((report) => report.ends),
    (end) => end,
  );
  show(
    ['runs ended as', 'count'],
    [...ends].sort((one, other) => other[1].length - one[1].length).map(([end, all]) => [end, String(all.length)]),
  );
  console.log(
    `${reports.length} seeds: ${sum('runs')} runs, ${sum('executions')} executions, ${sum('jobs')} jobs, ${sum('stops')} stops, ${sum('faults')} faults in ${Math.round(sum('hours'))} virtual hours; ${Math.round(sum('milliseconds') / reports.length)} ms of the processor a seed.`,
  );
  fail(reports.flatMap(({ seed, violations }) => violations.map((violation) => `seed ${seed}: ${violation}`)));
}

/** Each is looked for until enough seeds have shown it. */
async function showPlants(seeds: number[]): Promise<void> {
  const enough = Math.ceil((FOUND_PERCENT * seeds.length) / 100);
  const counts = Object.entries(PLANTS).map(([plant, { says, breaks }]) => ({
    plant,
    says,
    breaks,
    seen: 0,
    played: 0,
  }));
  const orders = counts.flatMap(({ plant }) => seeds.map((seed) => ({ seed, plant })));
  await play(orders, {
    isNeeded: ({ plant }) => counts.some((one) => one.plant === plant && one.seen < enough),
    onReport(report, { plant }) {
      const count = counts.find((one) => one.plant === plant);
      if (count === undefined) return;
      count.played += 1;
      count.seen += countOf([report], count.breaks);
    },
  });
  show(
    ['', 'planted fault', 'breaks', 'seen in seeds'],
    counts.map(({ plant, says, breaks, seen, played }) => [plant, says, breaks, `${seen} of ${played}`]),
  );
  const rare = counts.filter(({ seen }) => seen < enough);
  fail(rare.map(({ plant, seen }) => `${plant} is seen in ${seen} of ${seeds.length} seeds only`));
}

function countOf(reports: ShortReport[], invariant: string): number {
  return reports.filter(({ violations }) => violations.some((text) => text.startsWith(`${invariant} `))).length;
}

/** The last column is one of numbers. */
function show(titles: string[], rows: string[][]): void {
  const columns = titles.map(
    (title, index): Column => ({
      title,
      ...(index === titles.length - 1 && { align: RIGHT }),
    }),
  );
  console.log(`${textTable(columns, rows)}\n`);
}

function fail(problems: string[]): void {
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

type Looks = Partial<Pick<Parameters<typeof inProcesses<Order, ShortReport>>[1], 'isNeeded' | 'onReport'>>;

/** Plays them all, each in one of some processes; the reports in the order of the orders. */
async function play(orders: Order[], { isNeeded, onReport }: Looks = {}): Promise<ShortReport[]> {
  let done = 0;
  return await inProcesses<Order, ShortReport>(orders, {
    worker: new URL('worker.ts', import.meta.url),
    processes: Math.min(MAX_WORKERS, availableParallelism()),
    nameOf: ({ seed }) => `seed ${seed}`,
    ...(isNeeded && { isNeeded }),
    onReport(report, order) {
      onReport?.(report, order);
      done += 1;
      if (order.plant === undefined)
        for (const violation of report.violations) console.error(`seed ${order.seed}: ${violation}`);
      if (done % 10 === 0) console.error(`${done} of ${orders.length}`);
    },
  });
}
