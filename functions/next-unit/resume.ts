import { areaOfInterestSchema } from '../../shared/arcgis/area-of-interest.ts';
import { haveSameTiles, type PlanSource, planFrom } from '../../shared/arcgis/plan-source.ts';
import { updateExtentSchema } from '../../shared/arcgis/update-extent.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Entry, EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { type Progress, progressSchema } from '../../shared/ledger/plans.ts';
import { firstOutside } from '../../shared/tiles/ranges.ts';
import type { LookEvent } from './events.ts';
import { type Input, inputSchema, loadPlan, type Made, madeSchema, type Plan } from './plan.ts';

interface Resuming {
  run: LookEvent['run'];
  made: LookEvent['made'];
  service: string | undefined;
}

/** So often a run may go on with one that went on with another, and so on, before one of them was planned. */
const MAX_RUNS = 50;
const SAME_SCALE = 1e-9;

/**
 * The units that an earlier run has left, as it had cut them; each has its two tries again. A run that was stopped before
 * it was planned has left them all.
 *
 * @throws InvalidInputError when that run is no plan, or another one than the input says
 */
export async function resumed(
  input: Input,
  { run, made, service }: Resuming,
  ledger: LedgerTable,
): Promise<{ made: Made; progress: Progress }> {
  const before = await earlierRun(input, run, ledger);
  const { key, entry } = before;
  const original = before.plan?.made.input ?? before.input;
  if (original.target !== input.target || entry.service !== service)
    throw refusal(`${key.name} is of ${entry.service} on target ${original.target}.`);
  if (original.updateMode !== input.updateMode)
    throw refusal(`${key.name} has the mode ${original.updateMode}, and its rest is done in no other.`);
  const source = madeSchema.shape.source.parse(made['source']);
  if (before.plan === undefined)
    return { made: plannedNow(input, original, { made, source }), progress: progressSchema.parse({}) };
  const { plan } = before;
  if (!haveSameTiles(source.scheme, plan.made.source.scheme))
    throw refusal("the service's tiling scheme is not the one that it was planned for. Start a new plan.");
  const { done, tilesDone, measured } = plan.progress;
  const progress = progressSchema.parse({ done, tilesDone, measured, next: firstOutside(done, 0) });
  return { made: { ...plan.made, ...changes(input, plan.made) }, progress };
}

interface EarlierRun {
  key: EntryKey;
  entry: Entry;
  input: Input;
  /** Undefined where it was stopped before it was made. */
  plan: Plan | undefined;
}

/** The run that is gone on with, or the one that it went on with itself, where it was stopped before it did. */
async function earlierRun(input: Input, { operation }: EntryKey, ledger: LedgerTable): Promise<EarlierRun> {
  let name = nameOf(input.resume ?? '');
  for (let count = 0; count < MAX_RUNS; count += 1) {
    const key = { operation, name };
    const entry = await ledger.entry(key);
    if (entry === undefined) throw refusal(`the ledger has no run ${operation}/${name}.`);
    const plan = await loadPlan(ledger, key);
    const own = inputSchema.safeParse(JSON.parse(entry.input ?? '{}')).data;
    if (own === undefined || (plan ?? own.plan ?? own.resume) === undefined || entry.parent !== undefined)
      throw refusal(`${operation}/${name} is no plan, so it has no units that are left. Start it anew.`);
    if (plan !== undefined || own.resume === undefined) return { key, entry, input: own, plan };
    name = nameOf(own.resume);
  }
  throw refusal(`none of the last ${MAX_RUNS} runs before it was planned. Start it anew.`);
}

function refusal(why: string): InvalidInputError {
  return new InvalidInputError(`resume: ${why} Nothing was done.`);
}

/** Of `<operation>/<name>`, of an execution's ARN, or a name. */
function nameOf(run: string): string {
  return run.split(/[/:]/).at(-1) ?? run;
}

/** What is not given stays as it was: the rest of a plan keeps to its window, too. */
function changes(
  { plan: given = {}, verify }: Input,
  { source, notes, samples, options: before }: Made,
): Pick<Made, 'options' | 'notes'> {
  const options = { ...before, ...given };
  const { maxTilesPerJob = source.maxTilesPerJob } = given;
  const isOther = maxTilesPerJob !== source.maxTilesPerJob;
  const note = 'plan.maxTilesPerJob was not used: the units are those of the run that is resumed.';
  return { options, notes: [...notes, ...(isOther ? [note] : []), ...(samples ? [] : unproven(verify))] };
}

function unproven(verify: number | undefined): string[] {
  return verify === undefined
    ? []
    : ['verify: no tile was looked at, because none was before the first unit of the run that is resumed.'];
}

/** The plan of a run that was stopped before it had one, from its input and what the service says now. */
function plannedNow(
  { plan: options = {}, verify }: Input,
  original: Input,
  { made, source: whole }: { made: LookEvent['made']; source: PlanSource },
): Made {
  const { scales, updateExtent, areaOfInterest, plan } = original;
  const area = areaOfInterest === undefined ? undefined : areaOfInterestSchema.parse(areaOfInterest);
  const extent = updateExtent === undefined || area ? undefined : updateExtentSchema.parse(updateExtent);
  if (extent !== undefined && 'named' in extent)
    throw refusal(`the run was stopped before it looked up the extent ${extent.named}. Start it anew.`);
  const { xmin, ymin, xmax, ymax } = extent ?? {};
  const source: PlanSource = {
    ...whole,
    scales: scalesOf(scales, whole),
    maxTilesPerJob: options.maxTilesPerJob ?? plan?.maxTilesPerJob,
    ...(extent && { extent: { xmin: Number(xmin), ymin: Number(ymin), xmax: Number(xmax), ymax: Number(ymax) } }),
  };
  const { tiles, units, scales: figures } = planFrom(source, area);
  return madeSchema.parse({
    ...made,
    source,
    input: original,
    options: { ...plan, ...options },
    notes: [...(made.notes ?? []), ...unproven(verify)],
    figures: { tiles, units, done: 0, failed: 0, scales: figures },
  });
}

/** As the service writes them; those that it has no more are left to it to refuse. */
function scalesOf(wanted: unknown, { scheme, scales }: PlanSource): number[] {
  if (wanted === undefined || wanted === 'ALL') return scales;
  const numbers = typeof wanted === 'string' ? wanted.split(';').map(Number) : [wanted].flat().map(Number);
  const levels = scheme.levels.map(({ scale }) => scale);
  return levels.filter((scale) => numbers.some((number) => Math.abs(scale - number) <= SAME_SCALE * scale));
}
