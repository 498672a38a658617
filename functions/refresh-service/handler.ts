import { jobOperation } from '../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { inputSchema } from './input.ts';
import { refreshRequest, refreshService } from './operation.ts';
import { isQueueEvent, refreshForRasters } from './rasters.ts';

const OPERATION = 'refresh-service';

const refreshOne = jobOperation({ operation: OPERATION, inputSchema, request: refreshRequest, submit: refreshService });

export const handler = operationHandler(OPERATION, async (event, run) =>
  isQueueEvent(event) ? await refreshForRasters(event) : await refreshOne(event, run),
);
