import { environment } from '../../shared/lambda/environment.ts';
import { startNamed } from '../../shared/lambda/executions.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { stopExecution } from '../../shared/lambda/stop-execution.ts';
import { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { actOnRun } from './operation.ts';

let kept: LedgerTable | undefined;

export const handler = operationHandler('act-on-run', async (event, { requestId: id }) => {
  const { LEDGER_TABLE, PAUSE_SITE_ARN: pauseSiteArn } = environment('LEDGER_TABLE', 'PAUSE_SITE_ARN');
  kept ??= new LedgerTable(LEDGER_TABLE);
  return await actOnRun(event, kept, { pauseSiteArn, stop: stopExecution, startNamed, id });
});
