import { LedgerTable } from '../ledger/ledger-table.ts';
import { environment } from './environment.ts';
import { operationHandler } from './operation-handler.ts';

/** A decision about runs: reads and writes the ledger, and never sees a secret. */
type Decision = (event: unknown, ledger: LedgerTable) => Promise<unknown>;

let kept: LedgerTable | undefined;

/** Wraps a decision for Lambda. */
export function ledgerHandler(name: string, decide: Decision) {
  return operationHandler(name, async (event) => {
    kept ??= new LedgerTable(environment('LEDGER_TABLE').LEDGER_TABLE);
    return await decide(event, kept);
  });
}
