import { environment } from '../../shared/lambda/environment.ts';
import { describeExecution, startMachine } from '../../shared/lambda/executions.ts';
import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { RasterTable } from '../../shared/ledger/raster-table.ts';
import { sweepMailboxes } from './mailboxes.ts';
import { sweepRuns } from './operation.ts';

let kept: RasterTable | undefined;

export const handler = ledgerHandler('sweep-runs', async (_event, ledger) => {
  const { LEDGER_TABLE: table, RENEWAL_ARN: machineArn } = environment('LEDGER_TABLE', 'RENEWAL_ARN');
  const runs = await sweepRuns(ledger, { describeExecution, startMachine });
  if (machineArn === undefined) return runs;
  kept ??= new RasterTable(table);
  return { ...runs, restarted: await sweepMailboxes(kept, machineArn) };
});
