import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { checkWatchedJob } from './operation.ts';

export const handler = operationHandler('check-job', checkWatchedJob);
