import { parseArgs } from 'node:util';
import { textTable } from '../../cli/text-table.ts';
import { INVARIANTS } from './invariants.ts';
import { PLANTS } from './plants.ts';
import { type Report, simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    /** A fault to be found, `all` for each of them. */
    plant: { type: 'string' },
    /** Shows every execution of every seed. */
    trace: { type: 'boolean', default: false },
  },
});

const from = Number(values.from);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
const plants = values.plant === 'all' ? Object.keys(PLANTS) : [values.plant];
let unexpected = 0;
for (const plant of plants) {
  const reports: Report[] = [];
  for (const seed of seeds) {
    const report = await simulate(seed, plantNamed(plant));
    reports.push(report);
    show(report);
    if (plant === undefined) unexpected += report.violations.length;
  }
  if (plant !== undefined)
    console.log(`${plant}, ${PLANTS[plant]?.says}: found by ${found(reports)} of ${reports.length} seeds\n`);
  else summarize(reports);
}
process.exitCode = unexpected === 0 ? 0 : 1;

function plantNamed(name: string | undefined) {
  if (name === undefined) return undefined;
  const plant = PLANTS[name];
  if (plant === undefined) throw new Error(`--plant: one of ${Object.keys(PLANTS).join(', ')}, or all`);
  return plant;
}

function found(reports: Report[]): number {
  return reports.filter(({ violations }) => violations.length > 0).length;
}

function show({ seed, ends, violations, trace }: Report): void {
  if (values.trace) console.log(`seed ${seed}: ${ends.join(', ')}\n${trace.join('\n')}`);
  for (const violation of violations) console.log(`seed ${seed}: ${violation}`);
}

function summarize(reports: Report[]): void {
  const sum = (key: 'runs' | 'jobs' | 'stops' | 'faults' | 'executions' | 'hours' | 'milliseconds') =>
    reports.reduce((total, report) => total + report[key], 0);
  const broken = INVARIANTS.map(([number, says]) => {
    const violations = reports.flatMap((report) => report.violations).filter((text) => text.startsWith(`${number} `));
    return [number, says, String(violations.length)];
  });
  console.log(
    `\n${textTable([{ title: '' }, { title: 'invariant' }, { title: 'violations', align: 'right' }], broken)}\n`,
  );
  const ends = Map.groupBy(
    reports.flatMap((report) => report.ends),
    (end) => end,
  );
  const rows = [...ends]
    .sort((one, other) => other[1].length - one[1].length)
    .map(([end, all]) => [end, String(all.length)]);
  console.log(`${textTable([{ title: 'runs ended as' }, { title: '', align: 'right' }], rows)}\n`);
  console.log(
    `${reports.length} seeds, ${found(reports)} of them with violations: ${sum('runs')} runs, ${sum('executions')} executions, ${sum('jobs')} jobs, ${sum('stops')} stops, ${sum('faults')} faults in ${Math.round(sum('hours'))} virtual hours; ${Math.round(sum('milliseconds') / reports.length)} ms of the processor a seed.`,
  );
}
