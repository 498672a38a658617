import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { cancelOrFindJob } from './operation.ts';

export const handler = operationHandler('cancel-job', cancelOrFindJob);
