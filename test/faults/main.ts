import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { scenarios, titleOf } from './scenarios.ts';
import { legend, tableOf } from './table.ts';
import type { WorkerReport } from './worker.ts';

const MAX_WORKERS = 4;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const startedAt = performance.now();
const results = await runAll();
const cells = results.flatMap(({ reports }) => reports);
const problems = cells.flatMap(({ operation, kind, fault, duration, problems: found }) =>
  found.map((problem) => `${operation}, ${kind}, ${fault} ${duration}: ${problem}`),
);
const peakMegabytes = Math.max(...results.map(({ peakMegabytes: peak }) => peak));
if (values.json) {
  process.stdout.write(`${JSON.stringify({ cells, peakMegabytes }, null, 1)}\n`);
} else {
  console.log('Every vendor call of every operation meets every fault, once and for ever.\n');
  console.log('In a cell: what became of the operation, and how often the call was tried in a row, if more than once.');
  console.log(`The faults:\n${legend()}`);
  for (const { reports } of results) console.log(tableOf(reports));
}
const seconds = Math.round((performance.now() - startedAt) / 1000);
const virtualHours = Math.round(
  cells.reduce((sum, { virtualMilliseconds }) => sum + virtualMilliseconds, 0) / 3_600_000,
);
for (const problem of problems) console.error(`unexpected: ${problem}`);
console.error(
  `\n${scenarios.length} scenarios of ${new Set(scenarios.map(({ operation }) => operation)).size} functions, ${new Set(cells.map(({ fault }) => fault)).size} faults, ${cells.length} cells: ${problems.length} unexpected. ${virtualHours} virtual hours in ${seconds} s, at most ${peakMegabytes} MB.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** One process for each scenario: what is remembered of secrets and hosts grows with every cell. */
async function runAll(): Promise<WorkerReport[]> {
  const done: WorkerReport[] = [];
  const waiting = [...scenarios.keys()];
  const work = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) done[index] = await runOne(index);
  };
  await Promise.all(Array.from({ length: Math.min(MAX_WORKERS, availableParallelism()) }, work));
  return done;
}

async function runOne(index: number): Promise<WorkerReport> {
  const worker = fork(new URL('worker.ts', import.meta.url), [String(index)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let report: WorkerReport | undefined;
  worker.on('message', (message: WorkerReport) => {
    report = message;
  });
  // What was sent before comes after the exit, where the machine is busy.
  await Promise.all([once(worker, 'exit'), once(worker, 'disconnect')]);
  const scenario = scenarios[index];
  if (report === undefined) throw new Error(`the faults of ${scenario && titleOf(scenario)} could not be run`);
  return report;
}
