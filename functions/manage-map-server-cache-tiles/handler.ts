import { jobOperation } from '../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { provenTiles } from '../../shared/lambda/proven-tiles.ts';
import { inputSchema } from './input.ts';
import { makePlan, manageMapServerCacheTiles, tilesRequest } from './operation.ts';

const OPERATION = 'manage-map-server-cache-tiles';

export const handler = operationHandler(
  OPERATION,
  jobOperation({
    operation: OPERATION,
    inputSchema,
    request: tilesRequest,
    submit: manageMapServerCacheTiles,
    makePlan,
    prove: async ({ target, samples }, run) => await provenTiles(target, samples, run),
  }),
);
