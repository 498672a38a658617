import type { Fault } from './faults.ts';
import { closeObjects } from './objects.ts';
import { type CellReport, runCell } from './run-cell.ts';
import { SCENARIOS } from './scenarios.ts';

/** A cell to play, or with no fault a scenario as it is. */
export interface Order {
  scenario: string;
  fault?: Fault;
}

process.on('disconnect', () => void closeObjects());
process.on('message', async (order: Order) => {
  process.send?.(await played(order).catch((error: unknown) => brokenOff(order, error)));
});

async function played({ scenario: name, fault }: Order): Promise<CellReport> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return await runCell(scenario, fault);
}

/** What the platform itself found wrong, such as a password in a log, is a problem of this cell. */
function brokenOff(order: Order, error: unknown): CellReport {
  const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { ...order, ends: [], problems: [problem], sites: [] };
}
