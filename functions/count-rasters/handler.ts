import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { countVisible } from './operation.ts';

export const handler = operationHandler('count-rasters', countVisible);
