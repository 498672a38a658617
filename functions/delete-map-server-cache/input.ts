import * as z from 'zod/mini';
import { inputServiceSchema } from '../../shared/arcgis/service-name.ts';
import { waitForJobCompletionSchema } from '../../shared/jobs/wait-for-job.ts';
import { dryRunSchema } from '../../shared/lambda/dry-run.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

export const inputSchema = z
  .strictObject({
    target: targetNameSchema,
    inputService: inputServiceSchema,
    confirm: z.string(),
    waitForJobCompletion: z._default(waitForJobCompletionSchema, 'WAIT'),
    dryRun: dryRunSchema,
  })
  .check(
    z.refine(
      ({ confirm, inputService }) =>
        inputService?.text === undefined || typeof confirm !== 'string' || confirm === inputService.text,
      {
        path: ['confirm'],
        message: 'must repeat inputService exactly: the deletion removes tiles and tiling scheme and cannot be undone',
        when: ({ value }) => typeof value === 'object' && value !== null,
      },
    ),
  );

export type Input = z.output<typeof inputSchema>;
