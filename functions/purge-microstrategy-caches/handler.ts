import { immediateOperation } from '../../shared/lambda/immediate-operation.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { inputSchema } from './input.ts';
import { OPERATION, purgeMicrostrategyCaches } from './operation.ts';

export const handler = operationHandler(
  OPERATION,
  // MicroStrategy caps the sessions of one account: two runs of it would lock each other out.
  immediateOperation({
    operation: OPERATION,
    inputSchema,
    vendor: 'microstrategy',
    oneAtATime: true,
    work: purgeMicrostrategyCaches,
  }),
);
