import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inProcesses } from '../support/in-processes.ts';
import { TEMPLATES_FOLDER } from '../support/stack-template.ts';
import { type Cell, cellsOf } from './cells.ts';
import { Progress } from './progress.ts';
import type { CellReport } from './run-cell.ts';
import { SCENARIOS } from './scenarios.ts';
import { tableOf } from './table.ts';
import type { Order } from './worker.ts';

/** What platforms that broke off leave in memory makes the next ones slower. */
const CELLS_PER_PROCESS = 100;

const { values } = parseArgs({
  options: {
    /** Regular expressions: for the names of scenarios, */
    scenario: { type: 'string', default: '' },
    /** and for a call, its error and how long it fails, in the words of the table. */
    only: { type: 'string', default: '' },
  },
});

// The processes share the templates that they synthesize.
const templates = mkdtempSync(join(tmpdir(), 'cache-ops-templates-'));
process.env[TEMPLATES_FOLDER] = templates;
try {
  const fine = await play(
    SCENARIOS.map(({ name }) => ({ scenario: name })),
    'scenarios',
  );
  const cells = cellsOf(fine).filter(isAskedFor);
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
    ordersPerProcess: CELLS_PER_PROCESS,
    nameOf,
    onReport: ({ problems }, order) => progress.add(nameOf(order), problems),
  });
  progress.end();
  return reports;
}

function isAskedFor({ scenario, fault: { site, error, duration } }: Cell): boolean {
  const words = `${site.service} ${site.place} ${error.name} ${duration}`;
  return new RegExp(values.scenario).test(scenario) && new RegExp(values.only).test(words);
}

function nameOf({ scenario, fault }: Order): string {
  if (fault === undefined) return scenario;
  const { site, error, duration } = fault;
  return `${scenario}; ${site.service} ${site.place}; ${error.name}, ${duration}`;
}
