import { jobOperation } from '../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { inputSchema } from './input.ts';
import { refreshRequest, refreshService } from './operation.ts';

const OPERATION = 'refresh-service';

export const handler = operationHandler(
  OPERATION,
  jobOperation({ operation: OPERATION, inputSchema, request: refreshRequest, submit: refreshService }),
);
