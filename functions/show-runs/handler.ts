import { environment } from '../../shared/lambda/environment.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { SeenRunsTable } from '../../shared/ledger/seen-runs.ts';
import { showRuns } from './operation.ts';

let kept: SeenRunsTable | undefined;

export const handler = operationHandler('show-runs', async (event) => {
  kept ??= new SeenRunsTable(environment('LEDGER_TABLE').LEDGER_TABLE);
  return await showRuns(event, kept);
});
