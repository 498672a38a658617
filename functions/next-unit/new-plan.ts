import { InvalidInputError } from '../../shared/errors.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { siteSettings } from '../../shared/lambda/site-settings.ts';
import { windowSettings } from '../../shared/lambda/window-settings.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { createPlan, progressSchema } from '../../shared/ledger/plans.ts';
import { unconfirmed } from '../../shared/tiles/confirmation.ts';
import type { LookEvent } from './events.ts';
import { lastMeasured } from './measured.ts';
import { type Input, inputSchema, madeSchema, windowNameOf } from './plan.ts';
import { resumed } from './resume.ts';

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
  const { plan: options = {}, target, updateMode } = input;
  const { service = '' } = entry;
  const measured = await lastMeasured({ operation: run.operation, target, service, updateMode }, ledger);
  const plan =
    input.resume === undefined
      ? { made: madeSchema.parse({ ...made, input, options, measured }), progress: progressSchema.parse({}) }
      : await resumed(input, { run, made, service: entry.service }, ledger);
  const problem =
    input.resume === undefined &&
    unconfirmed(plan.made.figures, input.confirmTiles, siteSettings(input.target).maxTiles);
  if (problem) throw new InvalidInputError(`confirmTiles: ${problem} Nothing was done.`);
  const progress = { ...plan.progress, since: new Date().toISOString() };
  const expires = expiresAt(Date.now() + LONGEST_RUN_MS, environment('KEEP_DAYS').KEEP_DAYS);
  await createPlan(ledger, run, { made: plan.made, progress, expiresAt: expires });
}

/** @throws InvalidInputError where the settings have no such window */
export function checkWindow({ plan = {}, target }: Pick<Input, 'plan' | 'target'>): void {
  const name = windowNameOf(plan, target);
  const names = [...windowSettings().keys()];
  if (name === undefined || names.includes(name)) return;
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  throw new InvalidInputError(`plan.window: the settings have no window "${name}", ${known}; nothing was done.`);
}
