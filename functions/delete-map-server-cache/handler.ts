import { jobOperation } from '../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { inputSchema } from './input.ts';
import { deleteMapServerCache, deletionRequest } from './operation.ts';

const OPERATION = 'delete-map-server-cache';

export const handler = operationHandler(
  OPERATION,
  jobOperation({ operation: OPERATION, inputSchema, request: deletionRequest, submit: deleteMapServerCache }),
);
