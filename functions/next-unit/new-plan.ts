import { haveSameTiles } from '../../shared/arcgis/plan-source.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { siteSettings, windowSettings } from '../../shared/lambda/site-settings.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { createPlan, type Progress, progressSchema } from '../../shared/ledger/plans.ts';
import { unconfirmed } from '../../shared/tiles/confirmation.ts';
import { firstOutside } from '../../shared/tiles/ranges.ts';
import type { LookEvent } from './events.ts';
import { type Input, inputSchema, loadPlan, type Made, madeSchema, windowNameOf } from './plan.ts';

/** Longer than an execution may run. */
const LONGEST_RUN_MS = 366 * 86_400_000;

/**
 * Keeps a new plan in the ledger: what the operation has planned, or what an earlier run has left.
 *
 * @throws InvalidInputError when it must not run as it is
 */
export async function newPlan({ run, made }: LookEvent, ledger: LedgerTable): Promise<void> {
  const entry: Partial<Entry> = (await ledger.entry(run)) ?? {};
  const input = inputSchema.parse(JSON.parse(entry.input ?? '{}'));
  checkWindow(input);
  const { plan: options = {} } = input;
  const plan =
    input.resume === undefined
      ? { made: madeSchema.parse({ ...made, input, options }), progress: progressSchema.parse({}) }
      : await resumed(input, { run, made, service: entry.service }, ledger);
  const problem =
    input.resume === undefined &&
    unconfirmed(plan.made.figures, input.confirmTiles, siteSettings(input.target).maxTiles);
  if (problem) throw new InvalidInputError(`confirmTiles: ${problem} Nothing was done.`);
  const progress = { ...plan.progress, since: new Date().toISOString() };
  const expires = expiresAt(Date.now() + LONGEST_RUN_MS, environment('KEEP_DAYS').KEEP_DAYS);
  await createPlan(ledger, run, { made: plan.made, progress, expiresAt: expires });
}

function checkWindow({ plan = {}, target }: Input): void {
  const name = windowNameOf(plan, target);
  const names = [...windowSettings().keys()];
  if (name === undefined || names.includes(name)) return;
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  throw new InvalidInputError(`plan.window: the settings have no window "${name}", ${known}; nothing was done.`);
}

interface Resuming {
  run: LookEvent['run'];
  made: LookEvent['made'];
  service: string | undefined;
}

/** The units that an earlier run has left, as it had cut them; each has its two tries again. */
async function resumed(
  input: Input,
  { run, made, service }: Resuming,
  ledger: LedgerTable,
): Promise<{ made: Made; progress: Progress }> {
  const refuse = (why: string): never => {
    throw new InvalidInputError(`resume: ${why} Nothing was done.`);
  };
  const name = nameOf(input.resume ?? '');
  const before = { operation: run.operation, name };
  const entry = await ledger.entry(before);
  if (entry === undefined) return refuse(`the ledger has no run ${run.operation}/${name}.`);
  const plan = await loadPlan(ledger, before);
  if (plan === undefined)
    return refuse(`${run.operation}/${name} is no plan, so it has no units that are left. Start it anew.`);
  const original = plan.made.input;
  if (original.target !== input.target || entry.service !== service)
    return refuse(`${name} is of ${entry.service} on target ${original.target}.`);
  if (original.updateMode !== input.updateMode)
    return refuse(`${name} has the mode ${original.updateMode}, and its rest is done in no other.`);
  const source = madeSchema.shape.source.parse(made['source']);
  if (!haveSameTiles(source.scheme, plan.made.source.scheme))
    return refuse("the service's tiling scheme is not the one that it was planned for. Start a new plan.");
  const { done, tilesDone, measured, cost: _cost } = plan.progress;
  const progress = progressSchema.parse({ done, tilesDone, measured, next: firstOutside(done, 0) });
  return { made: { ...plan.made, ...rest(input, plan.made) }, progress };
}

function rest({ plan: options = {} }: Input, { source, notes }: Made): Pick<Made, 'options' | 'notes'> {
  const { maxTilesPerJob = source.maxTilesPerJob } = options;
  const isOther = maxTilesPerJob !== source.maxTilesPerJob;
  const note = 'plan.maxTilesPerJob was not used: the units are those of the run that is resumed.';
  return { options, notes: isOther ? [...notes, note] : notes };
}

/** Of `<operation>/<name>`, of an execution's ARN, or a name. */
function nameOf(run: string): string {
  return run.split(/[/:]/).at(-1) ?? run;
}
