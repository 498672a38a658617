import { NoTileError, unitParameters } from '../../shared/arcgis/plan-source.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Submission } from '../../shared/lambda/job-operation.ts';
import { asOneJob, figuresOf, type Planned, tilePlanOf } from './plan.ts';

/** So many units are shown; the others are counted. */
const SHOWN_UNITS = 3;

/** What a run would submit, unit by unit or as one job, and how many tiles that is. `submit` sends nothing. */
export async function dryRunOf(
  planned: Planned,
  notes: readonly string[],
  submit: (parameters: Record<string, string>) => Promise<Pick<Submission, 'job'>>,
): Promise<Submission> {
  if (planned.input.plan === undefined) return await dryRunOfOneJob(planned, notes, submit);
  const plan = tilePlanOf(planned);
  const [first, ...others] = Array.from({ length: Math.min(plan.units, SHOWN_UNITS) }, (_, n) => plan.unit(n));
  const parametersOf = (unit = plan.unit(0)) => unitParameters(unit, { reference: planned.cache.spatialReference });
  const { job } = await submit(parametersOf(first));
  for (const unit of others) await submit(parametersOf(unit));
  return { job, notes: [...notes], plan: figuresOf(plan) };
}

/** One job needs no count: where there can be none, a note says why. */
async function dryRunOfOneJob(...[planned, notes, submit]: Parameters<typeof dryRunOf>): Promise<Submission> {
  try {
    const plan = asOneJob(figuresOf(tilePlanOf(planned)));
    return { ...(await submit({})), notes: [...notes], plan };
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error instanceof NoTileError) throw error;
    return { ...(await submit({})), notes: [...notes, `The tiles are not counted. ${error.message}`] };
  }
}
