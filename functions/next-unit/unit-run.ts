import { soughtInputs } from '../../shared/arcgis/job-inputs.ts';
import { unitParameters } from '../../shared/arcgis/plan-source.ts';
import { toItem } from '../../shared/ledger/attributes.ts';
import { type EntryKey, entrySchema, OPEN } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import type { RunningUnit } from '../../shared/ledger/plans.ts';
import { expression } from '../../shared/ledger/transitions.ts';
import type { Unit } from '../../shared/tiles/plan.ts';
import type { LaneEvent } from './events.ts';
import type { Made } from './plan.ts';

/** The name of the run of a unit: of the plan's, the unit, and how many were started before. */
export function unitName({ name }: EntryKey, n: number, starts: number): string {
  return `${name}-unit-${n}-${starts}`;
}

/** What the machine `run-job` is told of a unit. */
export function unitWork({ run, told }: LaneEvent, { made }: { made: Made }, { n, name, since, until }: RunningUnit) {
  const { plan: _plan, confirmTiles: _confirm, resume: _resume, verify: _verify, ...input } = made.input;
  const { source } = made;
  const hash = run.id.slice(-12);
  const own = {
    operation: run.operation,
    name,
    // Short enough for the names of its windows.
    id: `${run.id.slice(0, 14)}-u${n}-${name.split('-').at(-1)}-${hash}`,
    startedAt: since,
    startedBy: run.startedBy,
    ticket: `${since}#${name}`,
    unit: { n, source, ...(until === undefined ? {} : { until }) },
  };
  return { next: 'run', steps: told.steps + 1, name, run: own, input };
}

/** Enters a unit's run into the ledger; where it is there already it stays. */
export async function enterUnit(
  ledger: LedgerTable,
  event: LaneEvent,
  { made, unit, running, keepDays }: { made: Made; unit: Unit; running: RunningUnit; keepDays: number },
): Promise<void> {
  const { run, submitSeconds } = event;
  const parent = entrySchema.parse(await ledger.entry(run));
  const { scales, extent, tiles } = unit;
  const { target, inputService, updateMode } = made.input;
  const values = toItem({
    parent: `${run.operation}/${run.name}`,
    executionArn: parent.executionArn,
    startedAt: running.since,
    startedBy: run.startedBy,
    ticket: `${running.since}#${running.name}`,
    status: 'waiting',
    open: OPEN,
    target,
    service: parent.service,
    input: JSON.stringify({ target, inputService, updateMode, scales, updateExtent: extent }),
    sought: JSON.stringify(soughtOf(made, unit)),
    submitSeconds,
    tiles,
    expiresAt: expiresAt(Date.now(), keepDays),
  });
  const key = { operation: run.operation, name: running.name };
  await ledger.write(key, expression({ set: values }, { condition: 'attribute_not_exists(#status)' }));
}

/** How the unit's job is found on the server, where the answer to its submit was lost. */
function soughtOf({ sought, source }: Made, unit: Unit): object {
  const { taskPath, inputs } = Object(sought);
  return { taskPath, inputs: { ...inputs, ...soughtInputs(unitParameters(unit, source)) } };
}
