import * as z from 'zod/mini';
import { targetNameSchema } from '../../shared/targets/target-name.ts';
import '../../shared/schema-messages.ts';

export const inputSchema = z.strictObject({ target: targetNameSchema });

export type Input = z.output<typeof inputSchema>;
