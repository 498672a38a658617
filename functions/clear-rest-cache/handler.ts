import { immediateOperation } from '../../shared/lambda/immediate-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { inputSchema } from './input.ts';
import { clearRestCacheOperation, OPERATION } from './operation.ts';

export const handler = operationHandler(
  OPERATION,
  immediateOperation({ operation: OPERATION, inputSchema, work: clearRestCacheOperation }),
);
