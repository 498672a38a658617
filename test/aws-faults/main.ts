import { parseArgs } from 'node:util';
import { type Cell, cellsOf } from './cells.ts';
import { type CellReport, runCell } from './run-cell.ts';
import { SCENARIOS } from './scenarios.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    /** Of a scenario's name. */
    scenario: { type: 'string', default: '' },
    progress: { type: 'boolean', default: false },
    /** Of a call or of an error. */
    only: { type: 'string', default: '' },
  },
});
const startedAt = performance.now();
const reports: CellReport[] = [];
for (const { scenario, fault } of (
  await cellsOf(SCENARIOS.filter(({ name }) => name.includes(values.scenario)))
).filter(isAskedFor)) {
  const report = await runCell(scenario, fault);
  reports.push(report);
  if (values.progress) console.error(`${reports.length}: ${scenario.name}; ${fault.site.place}; ${fault.error.name}`);
  for (const problem of report.problems) {
    const { site, error, duration } = fault;
    console.error(
      `unexpected: ${scenario.name}; ${site.service} ${site.place}; ${error.name}, ${duration}: ${problem}`,
    );
  }
}
console.log(tableOf(reports));
const unexpected = reports.filter(({ problems }) => problems.length > 0).length;
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.error(`${reports.length} cells, ${unexpected} unexpected, in ${seconds} s.`);
process.exitCode = unexpected === 0 ? 0 : 1;

function isAskedFor({ fault: { site, error, duration } }: Cell): boolean {
  return `${site.service} ${site.place} ${error.name} ${duration}`.includes(values.only);
}
