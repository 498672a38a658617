import * as z from 'zod/mini';
import { log } from '../../shared/lambda/log.ts';
import { siteSettings } from '../../shared/lambda/site-settings.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { unconfirmed } from '../../shared/tiles/confirmation.ts';
import { basisOf, paceOf, secondsOf } from './estimate.ts';
import { lastMeasured } from './measured.ts';
import { checkWindow } from './new-plan.ts';
import { lanesOf, optionsSchema } from './plan.ts';

/** What the machine tells of a dry run: its input, and what it would do. */
export const dryRunSchema = z.looseObject({
  dryRun: z.looseObject({
    input: z.looseObject({
      /** Only of tiles. */
      updateMode: z.optional(z.string()),
      plan: z.optional(optionsSchema),
      confirmTiles: z.optional(z.int()),
    }),
    result: z.looseObject({ results: z.optional(z.array(z.unknown())) }),
  }),
});

export type DryRun = z.output<typeof dryRunSchema>['dryRun'];

const countedSchema = z.looseObject({
  target: z.string(),
  service: z.string(),
  plan: z.looseObject({ tiles: z.int(), units: z.int() }),
  notes: z._default(z.array(z.string()), []),
});

const OPERATION = 'manage-map-server-cache-tiles';

/** The same result. One that counts tiles also says how long they would take, by the last jobs of the service. */
export async function withExpectedSeconds({ input, result }: DryRun, ledger: LedgerTable): Promise<object> {
  const { results } = result;
  if (results === undefined) return await estimated(input, result, ledger);
  return { ...result, results: await Promise.all(results.map((one) => estimated(input, Object(one), ledger))) };
}

async function estimated(input: DryRun['input'], result: object, ledger: LedgerTable): Promise<object> {
  const counted = countedSchema.safeParse(result).data;
  const { updateMode } = input;
  if (counted === undefined || updateMode === undefined) return result;
  const { target, plan } = counted;
  if (input.plan !== undefined) checkWindow({ plan: input.plan, target });
  const problem = input.plan && unconfirmed(plan, input.confirmTiles, siteSettings(target).maxTiles);
  const notes = problem === undefined ? counted.notes : [...counted.notes, `confirmTiles: ${problem}`];
  const expected = await expectedSeconds(input, { ...counted, updateMode }, ledger);
  return { ...result, plan: { ...plan, ...expected }, ...(notes.length === 0 ? {} : { notes }) };
}

/** What the run would do is true without it. */
async function expectedSeconds(
  input: DryRun['input'],
  { target, service, plan, updateMode }: z.output<typeof countedSchema> & { updateMode: string },
  ledger: LedgerTable,
): Promise<object> {
  try {
    const measured = await lastMeasured({ operation: OPERATION, target, service, updateMode }, ledger);
    const pace = paceOf(measured);
    if (pace === undefined) return {};
    const lanes = input.plan === undefined ? 1 : lanesOf(input.plan, siteSettings(target));
    const seconds = secondsOf(pace, { tiles: plan.tiles, jobs: plan.units }) / lanes;
    return { expectedSeconds: Math.round(seconds), basis: basisOf(measured) };
  } catch (error) {
    log('warn', 'how long it would take was not reckoned', { target, service, reason: String(error) });
    return {};
  }
}
