import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { clearRestCacheOperation, OPERATION } from './operation.ts';

export const handler = operationHandler(OPERATION, clearRestCacheOperation);
