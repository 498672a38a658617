import * as z from 'zod';
import { manageTiles, refreshService } from '../operations.ts';
import { awsText, isBucketName, KEY_ARN } from './aws-names.ts';
import { patternProblem } from './raster-pattern.ts';
import { addIssues, isObject } from './starts.ts';

const globFree = z
  .string()
  .min(1, 'must not be empty: leave the key out')
  .regex(/^[^*?\\]*$/, 'is taken literally: it must not contain *, ? or \\');

/** Seconds without a new raster before the work starts, and how long it may be put off. */
const togetherSchema = z.strictObject({
  quiet: z.int().min(1).max(3600, 'must be seconds, 3600 at most').default(60),
  longest: z.int().min(1).max(86_400, 'must be seconds, 86400 at most').default(900),
});

/** In the raster's own folder. */
const fileName = globFree.regex(/^[^/]+$/, 'must be the name of a file, without a folder');

const CONDITIONS = ['marker', 'manifest', 'sidecar', 'visible'];

const readySchema = z
  .strictObject({
    marker: fileName.optional(),
    manifest: fileName.optional(),
    sidecar: globFree
      .regex(/^[._-][^/]*$/, 'must be what follows on the name without suffix, for example .json')
      .optional(),
    visible: z
      .string()
      .refine((text) => text.includes('{names}'), 'must hold {names}, for example "Name IN ({names})"')
      .optional(),
    longest: z.int().min(1).max(86_400, 'must be seconds, 86400 at most').default(3600),
  })
  .refine((ready) => CONDITIONS.some((key) => Object.hasOwn(ready, key)), {
    message: `must name what makes the rasters ready: ${CONDITIONS.join(', ')}`,
    when: ({ value }) => isObject(value),
  });

/** What the source itself says to manage-map-server-cache-tiles. */
const OWN_KEYS = [
  'target',
  'areaOfInterest',
  'updateExtent',
  'confirmTiles',
  'resume',
  'waitForJobCompletion',
  'dryRun',
];

const tilesSchema = z
  .looseObject({
    inputService: z.string(),
    updateMode: z.enum(['RECREATE_ALL_TILES', 'RECREATE_EMPTY_TILES', 'DELETE_TILES']).default('RECREATE_ALL_TILES'),
    scales: z.unknown().default('ALL'),
    unreadable: z.enum(['fail', 'skip', 'whole']).default('fail'),
  })
  .superRefine(
    (tiles, context) => {
      const { unreadable: _ours, ...input } = tiles;
      for (const key of OWN_KEYS.filter((own) => Object.hasOwn(input, own))) {
        context.addIssue({ code: 'custom', path: [key], message: 'is set by the source itself: leave it out' });
      }
      const given = Object.fromEntries(Object.entries(input).filter(([key]) => !OWN_KEYS.includes(key)));
      addIssues(context, [], manageTiles.inputSchema, { target: 'any', ...given });
    },
    { when: ({ value }) => isObject(value) && typeof Object(value).inputService === 'string' },
  );

/** The keys of a source's `tiles`, for editors: those of the operation's input that are not set by the source itself. */
export function tilesOfSource(input: z.core.$ZodType): z.ZodObject {
  const { shape } = input._zod.def as z.core.$ZodObjectDef;
  const others = Object.entries(shape).filter(
    ([key]) => !OWN_KEYS.includes(key) && !(key in tilesSchema.shape && key !== 'scales'),
  );
  return z.strictObject({ ...tilesSchema.shape, ...Object.fromEntries(others) });
}

/** The longest name that a bucket may have, where the stack makes it. */
export const LONGEST_BUCKET_NAME = 'x'.repeat(63);

/** One raster source of the settings. */
export const rasterSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[0-9a-zA-Z_-]{1,36}$/, 'must be 1-36 letters, digits, - or _')
      .optional(),
    bucket: z.string().refine(isBucketName, "must be a bucket's name, without s3:// and without a path").optional(),
    keyArn: awsText(KEY_ARN.pattern, KEY_ARN.message).optional(),
    prefix: globFree.optional(),
    suffixes: z.array(globFree).min(1, 'must name at least one suffix').default(['.tif', '.tiff']),
    together: togetherSchema.prefault({}),
    ready: readySchema.optional(),
    refresh: z.record(z.string(), z.unknown()).superRefine(
      (refresh, context) => {
        addIssues(context, [], refreshService.inputSchema, refresh);
        const { target, dryRun, waitForJobCompletion: wait } = refresh;
        const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
        if (Array.isArray(target)) refuse('target', 'must be one target: a source refreshes one service');
        if (dryRun === true) refuse('dryRun', 'would refresh nothing: leave it out');
        if (wait === 'DO_NOT_WAIT') refuse('waitForJobCompletion', 'the source waits for the refresh: leave it out');
      },
      { when: ({ value }) => isObject(value) },
    ),
    tiles: tilesSchema.optional(),
    clear: z.boolean().optional(),
  })
  .superRefine(checkPattern)
  .refine(({ bucket, keyArn }) => keyArn === undefined || bucket !== undefined, {
    path: ['keyArn'],
    message: 'is the key of a bucket of yours: name it as "bucket"',
  });

function checkPattern(
  raster: { bucket?: string | undefined; prefix?: string | undefined; suffixes: string[] },
  context: z.core.$RefinementCtx,
) {
  const { bucket = LONGEST_BUCKET_NAME, prefix = '', suffixes } = raster;
  const message = patternProblem({ bucket, prefix, suffixes });
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}
