import { environment } from '../../shared/lambda/environment.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { RasterTable } from '../../shared/ledger/raster-table.ts';
import { readFootprints } from './operation.ts';

let kept: RasterTable | undefined;

export const handler = operationHandler('read-footprint', async (event) => {
  kept ??= new RasterTable(environment('LEDGER_TABLE').LEDGER_TABLE);
  return await readFootprints(event, kept);
});
