import * as z from 'zod/mini';
import { areaOfInterestSchema } from '../../shared/arcgis/area-of-interest.ts';
import { inputServiceSchema } from '../../shared/arcgis/service-name.ts';
import { updateExtentSchema } from '../../shared/arcgis/update-extent.ts';
import { waitForJobCompletionSchema } from '../../shared/jobs/wait-for-job.ts';
import { dryRunSchema } from '../../shared/lambda/dry-run.ts';
import { must } from '../../shared/schema-messages.ts';
import { type OfOne, targetsSchema } from '../../shared/targets/target-list.ts';
import { planKeys, planRules } from './plan-input.ts';

const scaleSchema = z.number(must('be a number, the denominator of a scale')).check(z.positive());

const SCALE = /^\d+(\.\d+)?(e\+?\d+)?$/i;

/** As arcpy writes them: `"9027.977411;4513.988705"`. */
const scalesTextSchema = z.pipe(
  z.pipe(
    z.string().check(z.refine((text) => text.split(';').every((part) => SCALE.test(part.trim())))),
    z.transform((text) => text.split(';').map(Number)),
  ),
  z.array(scaleSchema),
);

const scalesSchema = z
  .array(scaleSchema)
  .check(z.minLength(1, 'must name at least one scale; "ALL" means every cached one'));

const instancesSchema = z
  .int()
  .check(
    z.refine(
      (count) => count === -1 || (count > 0 && count < 2 ** 31),
      'must be -1 (all instances) or a positive whole number',
    ),
  );

export const inputSchema = z
  .strictObject({
    target: targetsSchema,
    inputService: inputServiceSchema,
    updateMode: z.enum(['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES']),
    scales: z._default(
      z.union([z.literal('ALL'), scalesTextSchema, scalesSchema], {
        error:
          'must be "ALL", a list of scales ([9027.977411, 4513.988705]) or the same as text ("9027.977411;4513.988705")',
      }),
      'ALL',
    ),
    areaOfInterest: z.optional(areaOfInterestSchema),
    updateExtent: z.optional(updateExtentSchema),
    /** -1, all of them, where it is left out. */
    numOfCachingServiceInstances: z.optional(instancesSchema),
    waitForJobCompletion: z._default(waitForJobCompletionSchema, 'WAIT'),
    ...planKeys,
    dryRun: dryRunSchema,
  })
  .check(...planRules);

/** For one target: a list is taken apart before. */
export type Input = OfOne<z.output<typeof inputSchema>>;
