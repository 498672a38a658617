import type { EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { restOf } from '../../shared/ledger/plans.ts';
import { goodEnd } from '../../shared/ledger/transitions.ts';
import { countOf } from '../../shared/tiles/ranges.ts';
import type { LookEvent } from './events.ts';
import type { Plan } from './plan.ts';
import { figuresNow, percentOf } from './told.ts';

const MAX_RESULT_BYTES = 30_000;

/** How a plan has ended: written into its entry, and told to its machine. */
export async function finish({ run, made: looked }: LookEvent, plan: Plan, ledger: LedgerTable) {
  const { made, progress, allowed } = plan;
  const rest = restOf(run, made);
  const failed = countOf(progress.failed);
  const service = progress.isKept ? 'kept' : 'free';
  const figures = figuresNow(plan);
  const units = { failedUnits: progress.failedUnits.map(({ n: _n, ...unit }) => unit) };
  if (progress.ending !== undefined || failed > allowed) {
    const ending = progress.ending ?? { Error: 'PartialFailureError', Cause: tooMany(failed, allowed) };
    const told = failed === 0 ? '' : ` ${JSON.stringify(fitting({ plan: figures, ...units }))}`;
    const message = `${ending.Cause} Run the rest with ${JSON.stringify(rest)}.${told}`;
    return await plainFailure(run, { Error: ending.Error, Cause: message, service }, ledger, {
      plan: JSON.stringify(figures),
    });
  }
  const status = failed > 0 ? ('partly' as const) : ('succeeded' as const);
  const now = Date.now();
  const { target } = made.input;
  const entry = await ledger.entry(run);
  const { proof, notes: ofProof } = made.samples === undefined ? { notes: [] } : proofIn(looked);
  const notes = [...made.notes, ...ofProof];
  const result = fitting({
    operation: run.operation,
    target,
    status,
    service: entry?.service,
    plan: figures,
    startedAt: progress.since,
    finishedAt: new Date(now).toISOString(),
    elapsedSeconds: Math.round((now - Date.parse(progress.since ?? '')) / 1000),
    ...(failed > 0 ? { ...units, rest } : {}),
    ...(proof === undefined ? {} : { proof }),
    ...(notes.length > 0 ? { notes } : {}),
  });
  const renewed = made.renews === undefined ? {} : { renewed: JSON.stringify(made.renews) };
  const watchingCost = Number(progress.cost.toFixed(8));
  const told = { now, plan: JSON.stringify(figures), percent: percentOf(plan), watchingCost, ...renewed };
  const write = goodEnd({ ...result, status }, told);
  await ledger.write(run, write);
  return { next: 'end', status, service, result };
}

/** What came of looking at some tiles again. */
function proofIn({
  proof,
  notes,
  Error: error,
  Cause: cause,
}: LookEvent['made']): Pick<LookEvent['made'], 'proof' | 'notes'> {
  if (error === undefined) return { proof, notes };
  return { notes: [`verify: the tiles could not be looked at afterwards. ${error}: ${cause}`] };
}

function tooMany(failed: number, allowed: number): string {
  return `${failed === 1 ? 'One unit' : `${failed} units`} failed twice, and ${allowed === 0 ? 'none' : allowed} may.`;
}

/** With as many failed units as fit into a result. */
function fitting<T extends { failedUnits?: object[] }>(result: T): T & { truncated?: true } {
  const { failedUnits = [] } = result;
  for (let count = failedUnits.length; count > 0; count -= 1) {
    const cut =
      count < failedUnits.length ? { failedUnits: failedUnits.slice(0, count), truncated: true as const } : {};
    const whole = { ...result, ...cut };
    if (Buffer.byteLength(JSON.stringify(whole)) <= MAX_RESULT_BYTES) return whole;
  }
  return { ...result };
}

/** The run ends by an error; whoever is attached to it reads that in its entry. */
export async function plainFailure(
  run: EntryKey,
  { service = 'free', ...met }: { Error: string; Cause: string; service?: string },
  ledger: LedgerTable,
  more: { plan?: string } = {},
) {
  const finishedAt = new Date().toISOString();
  await ledger.step(run, 'fails', { set: { finishedAt, error: met.Error, cause: met.Cause, ...more } });
  return { next: 'end', status: 'failed', service, ...met };
}
