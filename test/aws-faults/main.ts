import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inProcesses } from '../support/in-processes.ts';
import { TEMPLATES_FOLDER } from '../support/stack-template.ts';
import { cellsOf } from './cells.ts';
import { Progress } from './progress.ts';
import type { CellReport } from './run-cell.ts';
import { SCENARIOS } from './scenarios.ts';
import { tableOf } from './table.ts';
import type { Order } from './worker.ts';

const { values } = parseArgs({
  options: {
    /** Of a scenario's name. */
    scenario: { type: 'string', default: '' },
    /** Of a call, an error or a duration. */
    only: { type: 'string', default: '' },
  },
});

// The processes share the templates that they synthesize.
const templates = mkdtempSync(join(tmpdir(), 'cache-ops-templates-'));
process.env[TEMPLATES_FOLDER] = templates;
try {
  const asked = SCENARIOS.filter(({ name }) => name.includes(values.scenario)).map(({ name }) => ({ scenario: name }));
  const cells = cellsOf(await play(asked, 'scenarios')).filter(({ fault: { site, error, duration } }) =>
    `${site.service} ${site.place} ${error.name} ${duration}`.includes(values.only),
  );
  const reports = await play(cells, 'cells');
  console.log(tableOf(reports));
  process.exitCode = reports.every(({ problems }) => problems.length === 0) ? 0 : 1;
} finally {
  rmSync(templates, { recursive: true });
}

async function play(orders: readonly Order[], what: string): Promise<CellReport[]> {
  const progress = new Progress(orders.length, what);
  const reports = await inProcesses<Order, CellReport>(orders, {
    worker: new URL('worker.ts', import.meta.url),
    nameOf,
    onReport: ({ problems }, order) => progress.add(nameOf(order), problems),
  });
  progress.end();
  return reports;
}

function nameOf({ scenario, fault }: Order): string {
  if (fault === undefined) return scenario;
  const { site, error, duration } = fault;
  return `${scenario}; ${site.service} ${site.place}; ${error.name}, ${duration}`;
}
