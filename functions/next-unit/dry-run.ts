import * as z from 'zod/mini';
import { log } from '../../shared/lambda/log.ts';
import { siteSettings } from '../../shared/lambda/site-settings.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { basisOf, paceOf, secondsOf } from './estimate.ts';
import { lastMeasured } from './measured.ts';
import { lanesOf } from './plan.ts';

/** What the machine tells of a dry run: its input, and what it would do. */
export const dryRunSchema = z.looseObject({
  dryRun: z.looseObject({
    input: z.looseObject({
      /** Only of tiles. */
      updateMode: z.optional(z.string()),
      plan: z.optional(z.looseObject({ jobsAtOnce: z.optional(z.int()) })),
    }),
    result: z.looseObject({ results: z.optional(z.array(z.unknown())) }),
  }),
});

export type DryRun = z.output<typeof dryRunSchema>['dryRun'];

const countedSchema = z.looseObject({
  target: z.string(),
  service: z.string(),
  plan: z.looseObject({ tiles: z.int(), units: z.int() }),
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
  const { target, service, plan } = counted;
  try {
    const measured = await lastMeasured({ operation: OPERATION, target, service, updateMode }, ledger);
    const pace = paceOf(measured);
    if (pace === undefined) return result;
    const lanes = input.plan === undefined ? 1 : lanesOf(input.plan, siteSettings(target));
    const seconds = secondsOf(pace, { tiles: plan.tiles, jobs: plan.units }) / lanes;
    return { ...result, plan: { ...plan, expectedSeconds: Math.round(seconds), basis: basisOf(measured) } };
  } catch (error) {
    // What the run would do is true without it.
    log('warn', 'how long it would take was not reckoned', { target, service, reason: String(error) });
    return result;
  }
}
