import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { laneSchema, lookSchema } from './events.ts';
import { nextUnit as nextOfLane } from './lane.ts';
import { lookAtPlan } from './look.ts';
import type { StartMachine } from './unit-state.ts';

/** Decides how a plan goes on: asked by `run-plan` for the whole of it, by `run-units` for one lane. */
export async function nextUnit(event: unknown, ledger: LedgerTable, startMachine: StartMachine): Promise<unknown> {
  const look = lookSchema.safeParse(event);
  if (look.success) return await lookAtPlan(look.data.look, ledger);
  return await nextOfLane(laneSchema.parse(event).lane, ledger, startMachine);
}
