import { setTimeout as sleep } from 'node:timers/promises';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { jobWatcher } from './operation.ts';

export const handler = operationHandler(
  'check-job',
  jobWatcher((seconds) => sleep(seconds * 1000)),
);
