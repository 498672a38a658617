import { inputSchema } from '../../../functions/clear-rest-cache/input.ts';
import { operationHandler } from '../../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../../shared/lambda/parse-input.ts';

/** All that stands around an operation, with no operation in it: wrapper, log lines, input schema. */
export const handler = operationHandler('layers', async (event) => parseInput('layers', inputSchema, event));
