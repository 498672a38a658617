import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { OPERATION, purgeMicrostrategyCaches } from './operation.ts';

export const handler = operationHandler(OPERATION, purgeMicrostrategyCaches);
