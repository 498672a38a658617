import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { dryRunSchema, withExpectedSeconds } from './dry-run.ts';
import { laneSchema, lookSchema } from './events.ts';
import { nextUnit as nextOfLane } from './lane.ts';
import { lookAtPlan } from './look.ts';
import type { StartMachine } from './unit-state.ts';

/** Decides how a plan goes on: asked by `run-plan` for the whole of it, by `run-units` for one lane. Of a dry run it says how long it would take. */
export async function nextUnit(event: unknown, ledger: LedgerTable, startMachine: StartMachine): Promise<unknown> {
  const dry = dryRunSchema.safeParse(event);
  if (dry.success) return await withExpectedSeconds(dry.data.dryRun, ledger);
  const look = lookSchema.safeParse(event);
  if (look.success) return await lookAtPlan(look.data.look, ledger);
  return await nextOfLane(laneSchema.parse(event).lane, ledger, startMachine);
}
