import * as z from 'zod/mini';
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
  if (execution === undefined || isDryRun(execution.input)) return undefined;
  const { executionArn, startDate } = execution;
  await ledger.enter(key, { executionArn, startedAt: new Date(startDate).toISOString() });
  return await ledger.entry(key);
}

function isDryRun(input: string | null | undefined): boolean {
  return input !== null && input !== undefined && Object.hasOwn(Object(JSON.parse(input)), 'dryRun');
}
