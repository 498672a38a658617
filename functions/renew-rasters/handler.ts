import { environment } from '../../shared/lambda/environment.ts';
import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { RasterTable } from '../../shared/ledger/raster-table.ts';
import { renewRasters } from './operation.ts';

let kept: RasterTable | undefined;

export const handler = ledgerHandler('renew-rasters', async (event, ledger) => {
  kept ??= new RasterTable(environment('LEDGER_TABLE').LEDGER_TABLE);
  return await renewRasters(event, { ledger, rasters: kept });
});
