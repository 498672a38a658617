import { type CellReport, cellsOf, runCell } from './cells.ts';
import { scenarios } from './scenarios.ts';
import { startWorld } from './world.ts';

/** What a worker tells of its scenario. */
export interface WorkerReport {
  reports: CellReport[];
  peakMegabytes: number;
}

/** Runs every cell of the scenario whose position is given, and tells its parent. */
const scenario = scenarios[Number(process.argv[2])];
if (scenario === undefined) throw new Error('which scenario?');
const world = await startWorld();
const reports: CellReport[] = [];
for (const cell of await cellsOf(world, scenario)) reports.push(await runCell(world, cell));
await world.close();
const report: WorkerReport = { reports, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) };
process.send?.(report, () => process.disconnect());
