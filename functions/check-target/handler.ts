import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import { inputSchema } from './input.ts';
import { checkTarget, OPERATION } from './operation.ts';

export const handler = operationHandler(
  OPERATION,
  async (event, run) => await checkTarget(parseInput(OPERATION, inputSchema, event), run),
);
