import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { startRefreshes } from './operation.ts';

export const handler = operationHandler('start-refresh', startRefreshes);
