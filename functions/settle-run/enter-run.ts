import * as z from 'zod/mini';
import { withoutParent } from '../../shared/lambda/without-parent.ts';
import type { Entry, EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';

/** What Step Functions' event says of an execution. It leaves a large input out. */
const executionSchema = z.looseObject({
  detail: z.looseObject({ executionArn: z.string(), startDate: z.number(), input: z.nullish(z.string()) }),
});

/**
 * Enters a run whose execution has ended before its machine could: it was stopped too early, or the ledger was down.
 * Undefined for a dry run, which has no entry, and where nothing is known but the name.
 */
export async function enterRun(event: unknown, key: EntryKey, ledger: LedgerTable): Promise<Entry | undefined> {
  const execution = executionSchema.safeParse(event).data?.detail;
  if (execution === undefined) return undefined;
  const { executionArn, startDate, input } = execution;
  const given: unknown = JSON.parse(input ?? '{}');
  if (Object.hasOwn(Object(given), 'dryRun')) return undefined;
  const { parent } = withoutParent(given, key.operation, executionArn);
  await ledger.enter(key, { executionArn, startedAt: new Date(startDate).toISOString(), parent });
  return await ledger.entry(key);
}
